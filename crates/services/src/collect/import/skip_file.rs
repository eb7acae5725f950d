//! The file that bad rows go to. It is made anew, or is one of ours from before: whatever else stands at its path is
//! left alone.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::ImportError;
use super::file::BadRow;

/// Columns that we add to those of the imported file.
const OWN_COLUMNS: [&str; 2] = ["line", "problem"];
/// A header line longer than this is none of ours.
const HEADER_BYTES_MAX: u64 = 1 << 12;
/// What SQLite puts beside its database.
const SQLITE_COMPANIONS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Refuses the imported file itself, and the files of an SQLite database, by whatever name they are called.
pub fn check_path(path: &Path, input: &Path, database: Option<&Path>) -> Result<(), ImportError> {
    let Some(real) = real_path(path) else { return Ok(()) };
    let refused = |reason| Err(ImportError::SkipFileTaken { path: path.to_owned(), reason });
    if fs::canonicalize(input).is_ok_and(|input| input == real) {
        return refused("the file to import");
    }
    let Some(database) = database.and_then(real_path) else { return Ok(()) };
    let is_database = SQLITE_COMPANIONS.into_iter().any(|end| {
        let mut name = database.clone().into_os_string();
        name.push(end);
        real.as_os_str() == name
    });
    if is_database { refused("the database") } else { Ok(()) }
}

/// Without links; of a file that does not exist yet, where it would be. `None`: nowhere.
fn real_path(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Some(real);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
}

/// Where bad rows go: their cells, then their line and what is wrong.
pub struct SkipFile {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl SkipFile {
    /// An empty file, in the place of one of ours if there is one.
    pub fn new(path: &Path) -> Result<Self, ImportError> {
        let file = match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => open_ours(path, 0)?,
            Err(error) => return Err(failed(path, &error)),
        };
        Ok(Self { path: path.to_owned(), file, bytes: 0 })
    }

    /// The file as an earlier run left it after its last chunk; `None` when it is not there any more.
    pub fn continued(path: &Path, bytes: u64) -> Result<Option<Self>, ImportError> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.len() >= bytes => {}
            _ => return Ok(None),
        }
        Ok(Some(Self { path: path.to_owned(), file: open_ours(path, bytes)?, bytes }))
    }

    /// Writes rows down to the disk, before the first of them the header; how long the file is now.
    pub fn write(
        &mut self,
        header: impl FnOnce() -> Result<Vec<Vec<u8>>, ImportError>,
        bad: &[BadRow],
    ) -> Result<u64, ImportError> {
        if bad.is_empty() {
            return Ok(self.bytes);
        }
        let mut text = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let no_csv = |error: csv::Error| ImportError::SkipFile { path: self.path.clone(), reason: error.to_string() };
        if self.bytes == 0 {
            let header = header()?;
            let header = header.iter().map(Vec::as_slice).chain(OWN_COLUMNS.map(str::as_bytes));
            text.write_record(header).map_err(no_csv)?;
        }
        for row in bad {
            let line = row.place.line.to_string();
            let problems: Vec<String> = row.problems.iter().map(ToString::to_string).collect();
            let problems = problems.join("; ");
            let cells = row.fields.iter().map(Vec::as_slice).chain([line.as_bytes(), problems.as_bytes()]);
            text.write_record(cells).map_err(no_csv)?;
        }
        let text = text.into_inner().map_err(|error| failed(&self.path, error.error()))?;
        self.file.write_all(&text).map_err(|error| failed(&self.path, &error))?;
        self.file.sync_data().map_err(|error| failed(&self.path, &error))?;
        self.bytes += text.len() as u64;
        Ok(self.bytes)
    }
}

/// Opens a file that exists, cuts it to `bytes` and stands at its end, if it is one of ours or empty.
fn open_ours(path: &Path, bytes: u64) -> Result<File, ImportError> {
    let failed = |error: std::io::Error| failed(path, &error);
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let taken = || ImportError::SkipFileTaken { path: path.to_owned(), reason: "a file that holds something else" };
    if !metadata.is_file() {
        return Err(taken());
    }
    if metadata.len() > 0 {
        let mut beginning = Vec::new();
        (&file).take(HEADER_BYTES_MAX).read_to_end(&mut beginning).map_err(failed)?;
        let header = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if !header.trim_ascii_end().ends_with(format!(",{}", OWN_COLUMNS.join(",")).as_bytes()) {
            return Err(taken());
        }
        file.set_len(bytes).map_err(failed)?;
    }
    file.seek(SeekFrom::Start(bytes)).map_err(failed)?;
    Ok(file)
}

fn failed(path: &Path, error: &std::io::Error) -> ImportError {
    ImportError::SkipFile { path: path.to_owned(), reason: error.to_string() }
}
