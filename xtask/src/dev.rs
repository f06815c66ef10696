pub(crate) fn run(_port: u16, _state: &std::path::Path) -> anyhow::Result<()> {
    Ok(())
}
