//! Builds the guests.

fn main() -> anyhow::Result<()> {
    let sources = [
        "tests/guests/misbehaving/src",
        "tests/guests/src",
        "tests/guests/misbehaving/Cargo.toml",
    ];
    component_builder::build("misbehaving", "misbehaving.wasm", &sources)?;
    Ok(())
}
