//! Nothing to do: that there is a build script makes cargo choose the features of the build
//! dependencies too.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
