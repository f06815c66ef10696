pub(crate) enum Destination {
    Remote,
    Local(std::path::PathBuf),
}
pub(crate) fn run(_f: &std::path::Path, _d: &Destination) -> anyhow::Result<()> {
    Ok(())
}
