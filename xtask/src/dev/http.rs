//! Plain requests to the local server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_millis(50);
/// A sweep may have much to do.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Runs the Worker's schedule, which nothing does locally.
const SCHEDULE: &str = "/cdn-cgi/local/scheduled";

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

pub(super) fn ensure_free(port: u16) -> Result<()> {
    TcpListener::bind(address(port)).map(drop).with_context(|| {
        format!("cannot listen on 127.0.0.1:{port}; choose another port with --port")
    })
}

/// The port if it is free, or else some other that is.
pub(super) fn free_port(wished: u16) -> Result<u16> {
    let listener = TcpListener::bind(address(wished)).or_else(|_| TcpListener::bind(address(0)));
    let listener = listener.context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// Whether the API answers its health check.
pub(super) fn answers(port: u16) -> bool {
    get(port, "/healthz").unwrap_or_default()
}

/// Runs what is scheduled, without waiting for it. A server that does not
/// answer is told of elsewhere.
pub(super) fn run_schedule(port: u16) {
    std::thread::spawn(move || get(port, SCHEDULE));
}

/// Whether the answer to a GET is a `200`.
fn get(port: u16, path: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address(port), CONNECT_TIMEOUT)?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    Ok(answer.ends_with(b" 200"))
}
