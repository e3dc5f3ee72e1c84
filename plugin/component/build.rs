//! Builds the plugin's component.

fn main() -> anyhow::Result<()> {
    component_builder::build(
        "intacct-plugin",
        "sage-intacct-rest.wasm",
        &[
            "plugin/src",
            "plugin/Cargo.toml",
            "plugin/core/src",
            "plugin/core/Cargo.toml",
        ],
    )?;
    Ok(())
}
