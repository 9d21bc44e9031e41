//! Small secrets in files of the data folder that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Characters of one at least.
const MIN_SECRET_BYTES: usize = 32;

/// Why a file can't be used, as a sentence for who runs the server.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// The system does not let us.
    #[error("{file} can't be kept: {1}", file = .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// Its content can't be a secret.
    #[error("{file} is too short to be a secret: put the right one back, or delete it, and a new one is made", file = .0.display())]
    TooShort(PathBuf),
}

/// The secret in a file, made where there is none. Of two processes that make it at once the first one's holds.
pub fn read_or_make(file: &Path, make: impl FnOnce() -> String) -> Result<String, SecretFileError> {
    let wrong = |error| SecretFileError::Io(file.to_owned(), error);
    match fs::read_to_string(file) {
        Ok(secret) if secret.trim_end().len() >= MIN_SECRET_BYTES => return Ok(secret),
        Ok(_) => return Err(SecretFileError::TooShort(file.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(wrong(error)),
    }
    let secret = make();
    let new = write_beside(file, &secret).map_err(wrong)?;
    let linked = fs::hard_link(&new, file);
    fs::remove_file(&new).map_err(wrong)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(file),
        Err(error) => Err(wrong(error)),
        Ok(()) => sync_folder(file).map(|()| secret).map_err(wrong),
    }
}

/// The secret in a file that has to be there.
pub fn read(file: &Path) -> Result<String, SecretFileError> {
    fs::read_to_string(file).map_err(|error| SecretFileError::Io(file.to_owned(), error))
}

/// Puts another secret in the place of a file's. After a crash the file has the one or the other, and all of it.
pub fn replace(file: &Path, secret: &str) -> Result<(), SecretFileError> {
    let replaced = write_beside(file, secret).and_then(|new| fs::rename(new, file)).and_then(|()| sync_folder(file));
    replaced.map_err(|error| SecretFileError::Io(file.to_owned(), error))
}

fn write_beside(file: &Path, secret: &str) -> io::Result<PathBuf> {
    let new = file.with_extension(format!("{}.new", std::process::id()));
    let mut opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    opened.write_all(secret.as_bytes())?;
    opened.sync_all()?;
    Ok(new)
}

fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_secret_is_made_once_for_its_owner_only_and_replaced_whole() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("the.secret");
        let first = read_or_make(&file, || "a".repeat(43)).unwrap();
        assert_eq!(read_or_make(&file, || panic!("it is there")).unwrap(), first);
        replace(&file, &"b".repeat(43)).unwrap();
        assert_eq!(read_or_make(&file, || panic!("it is there")).unwrap(), "b".repeat(43));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_was_cut_is_refused_and_not_made_anew() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("the.secret");
        fs::write(&file, "").unwrap();
        let error = read_or_make(&file, || "a".repeat(43)).unwrap_err();
        assert!(error.to_string().contains("the.secret is too short"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "");
    }
}
