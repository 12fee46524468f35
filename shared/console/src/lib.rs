//! The console, as it was when this crate was built: the files of `console/dist`, for `rookery-api` to serve. Only whoever serves the console
//! depends on this crate, so that a change of the console builds little anew.
//!
//! Begin at `build.rs`. How the files are served is said in `rookery_api::Asset`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

use rookery_api::Asset;

#[cfg(test)]
mod pack;

/// The files of the console; none if it was not built.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[cfg(test)]
mod tests {
    use crate::pack::{code, pack};
    use flate2::read::GzDecoder;
    use std::fs;
    use std::io::Read;

    #[test]
    fn a_build_is_taken_with_all_that_browsers_need() {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist");
        assert_eq!(pack(&dist).unwrap().len(), 0, "there is no build");
        fs::create_dir_all(dist.join("assets/fonts")).unwrap();
        fs::write(dist.join("assets/a-1.js"), "let a;").unwrap();
        assert_eq!(pack(&dist).unwrap().len(), 0, "a build without a page is none");
        for left_out in ["assets/a-1.js.map", ".hidden"] {
            fs::write(dist.join(left_out), "{}").unwrap();
        }
        fs::write(dist.join("index.html"), "<!doctype html>").unwrap();
        fs::write(dist.join("assets/fonts/\"q\".svg"), "<svg/>").unwrap();

        let files = pack(&dist).unwrap();
        assert_eq!(
            files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
            ["assets/a-1.js", "assets/fonts/\"q\".svg", "index.html"]
        );
        let mut text = String::new();
        GzDecoder::new(files[0].gzip.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "let a;");
        assert_ne!(files[0].etag, files[1].etag);

        let code = code(&files, folder.path()).unwrap();
        assert!(code.contains(r#"path: "assets/fonts/\"q\".svg""#) && code.contains("2.gz"), "{code}");
        assert_eq!(fs::read(folder.path().join("0.gz")).unwrap(), files[0].gzip);
    }
}
