//! Plan files: protection groups and recovery plans in YAML, read and checked as a whole before anything is sent.
//! What is wrong is found at once and named with its file and place.
//!
//! Not here: the rules (`domain::validate`), sending ([`crate::upload`]).

use std::collections::BTreeMap;
use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use contract::{FieldProblem, Member, PlanDocuments, ProtectionGroup, RecoveryPlan};
use domain::id::{GroupId, ServerId};
use domain::validate::{group_problems, plan_problems};
use serde::Deserialize;

use crate::text::{printable, shortened};

/// A plan of 100 waves and 4,000 servers is some 300 KB; a larger file is something else.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// More than a screenful helps nobody; the first ones are often the cause of the others.
const PROBLEMS_SHOWN: usize = 50;
/// The simulator's file may lie beside the plans that it is for.
const INVENTORY: &str = "inventory.yaml";

/// What a file holds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    protection_groups: Option<Vec<ProtectionGroup>>,
    recovery_plans: Option<Vec<RecoveryPlan>>,
}

/// Something that a file defines, and where.
struct Defined<T> {
    file: PathBuf,
    /// `protectionGroups[0] (database)`.
    at: String,
    document: T,
}

/// Protection groups and recovery plans as read from files.
pub struct Manifest {
    groups: Vec<Defined<ProtectionGroup>>,
    plans: Vec<Defined<RecoveryPlan>>,
    skipped: Vec<PathBuf>,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// The file.
    pub file: PathBuf,
    /// A line and column or a path of fields; empty for the file as a whole.
    pub at: String,
    /// What is wrong.
    pub message: String,
}

/// Everything that is wrong. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<FileProblem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} found, nothing was stored:", crate::text::counted(self.0.len(), "problem"))?;
        for FileProblem { file, at, message } in self.0.iter().take(PROBLEMS_SHOWN) {
            let between = if at.is_empty() || file.as_os_str().is_empty() { "" } else { ": " };
            // The snippet of a YAML error has lines of its own.
            let message = message.replace('\n', "\n    ");
            write!(formatter, "\n  {}{between}{at}: {message}", file.display())?;
        }
        if self.0.len() > PROBLEMS_SHOWN {
            write!(formatter, "\n  … and {} more", self.0.len() - PROBLEMS_SHOWN)?;
        }
        Ok(())
    }
}

impl Manifest {
    /// Reads a file, or every `*.yaml` and `*.yml` of a directory except the simulator's `inventory.yaml`, and checks
    /// all that can be checked without the API.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let (files, skipped) = files_of(path).map_err(|problem| Problems(vec![problem]))?;
        let documents = files.into_iter().map(|file| {
            let document = read_text(&file).and_then(|text| parse(&file, &text));
            (file, document)
        });
        Ok(Self { skipped, ..Self::of(documents)? })
    }

    /// The same of `text`, whose problems are said to be `file`'s.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_text(file: &Path, text: &str) -> Result<Self, Problems> {
        Self::of([(file.to_owned(), parse(file, text))])
    }

    fn of(documents: impl IntoIterator<Item = (PathBuf, Result<Document, FileProblem>)>) -> Result<Self, Problems> {
        let mut manifest = Self { groups: Vec::new(), plans: Vec::new(), skipped: Vec::new() };
        let mut problems = Vec::new();
        for (file, document) in documents {
            match document {
                Ok(document) => manifest.add(&file, document),
                Err(problem) => problems.push(problem),
            }
        }
        manifest.check_names(&mut problems);
        manifest.check_groups(&mut problems);
        // A group that no file defines may be known to the API, or be in a file that could not be read.
        let elsewhere = manifest.groups_defined_elsewhere();
        manifest.check_plans(&elsewhere.into_iter().map(|id| (id.clone(), unknown_group(id))).collect(), &mut problems);
        if problems.is_empty() { Ok(manifest) } else { Err(Problems(problems)) }
    }

    /// The groups, in the order of files and of each file.
    pub fn groups(&self) -> impl Iterator<Item = &ProtectionGroup> {
        self.groups.iter().map(|group| &group.document)
    }

    /// The plans, in the order of files and of each file.
    pub fn plans(&self) -> impl Iterator<Item = &RecoveryPlan> {
        self.plans.iter().map(|plan| &plan.document)
    }

    /// Everything in one document, as `POST /v1/import` takes it.
    #[must_use]
    pub fn documents(&self) -> PlanDocuments {
        PlanDocuments {
            protection_groups: self.groups().cloned().collect(),
            recovery_plans: self.plans().cloned().collect(),
        }
    }

    /// What the API says is wrong with [`Self::documents`], with the file and place of each.
    #[must_use]
    pub fn places_of(&self, problems: &[FieldProblem]) -> Problems {
        let place = |problem: &FieldProblem| {
            let groups = in_list(&problem.at, "protectionGroups")
                .and_then(|(index, rest)| self.groups.get(index).map(|of| (&of.file, &of.at, rest)));
            let plans = in_list(&problem.at, "recoveryPlans")
                .and_then(|(index, rest)| self.plans.get(index).map(|of| (&of.file, &of.at, rest)));
            let (file, at) = match groups.or(plans) {
                Some((file, at, rest)) => (file.clone(), format!("{at}{}", printable(rest))),
                // About none of them in particular, or in words of a newer API.
                None => (PathBuf::new(), printable(&problem.at)),
            };
            FileProblem { file, at, message: printable(&problem.message) }
        };
        Problems(problems.iter().map(place).collect())
    }

    /// The files of the directory that were left out because they are the simulator's.
    #[must_use]
    pub fn skipped(&self) -> &[PathBuf] {
        &self.skipped
    }

    /// The groups that plans use and no file defines.
    #[must_use]
    pub fn groups_defined_elsewhere(&self) -> Vec<GroupId> {
        let mut ids: Vec<GroupId> = self.plans().flat_map(RecoveryPlan::group_ids).collect();
        ids.sort();
        ids.dedup();
        ids.retain(|id| self.groups().all(|group| group.name != *id));
        ids
    }

    /// Checks the plans once more, now that `known` says which of the groups defined elsewhere there are.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check_with(&self, known: &BTreeMap<GroupId, ProtectionGroup>) -> Result<(), Problems> {
        let mut problems = Vec::new();
        self.check_plans(known, &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }

    fn add(&mut self, file: &Path, document: Document) {
        let file = file.to_owned();
        for (index, document) in document.protection_groups.into_iter().flatten().enumerate() {
            let at = format!("protectionGroups[{index}] ({})", document.name);
            self.groups.push(Defined { file: file.clone(), at, document });
        }
        for (index, document) in document.recovery_plans.into_iter().flatten().enumerate() {
            let at = format!("recoveryPlans[{index}] ({})", document.name);
            self.plans.push(Defined { file: file.clone(), at, document });
        }
    }

    /// Two documents of one name would overwrite each other, and a source server belongs to one group.
    fn check_names(&self, problems: &mut Vec<FileProblem>) {
        let groups = self.groups.iter().map(|g| (g.document.name.as_str(), g.file.as_path(), g.at.as_str()));
        check_unique("protection group", groups, problems);
        let plans = self.plans.iter().map(|p| (p.document.name.as_str(), p.file.as_path(), p.at.as_str()));
        check_unique("recovery plan", plans, problems);
        let mut owner: BTreeMap<&ServerId, &Defined<ProtectionGroup>> = BTreeMap::new();
        for group in &self.groups {
            for (index, Member { id, .. }) in group.document.servers.iter().enumerate() {
                let first = *owner.entry(id).or_insert(group);
                if first.document.name != group.document.name {
                    let elsewhere = format!("{}: {}", first.file.display(), first.at);
                    problems.push(FileProblem {
                        file: group.file.clone(),
                        at: format!("{}.servers[{index}].id", group.at),
                        message: format!("{id} is already in {elsewhere}; a source server is in at most one group"),
                    });
                }
            }
        }
    }

    fn check_groups(&self, problems: &mut Vec<FileProblem>) {
        for group in &self.groups {
            problems.extend(placed(group, group_problems(&group.document)));
        }
    }

    fn check_plans(&self, elsewhere: &BTreeMap<GroupId, ProtectionGroup>, problems: &mut Vec<FileProblem>) {
        let mut groups = elsewhere.clone();
        groups.extend(self.groups().map(|group| (group.name.clone(), group.clone())));
        for plan in &self.plans {
            problems.extend(placed(plan, plan_problems(&plan.document, &groups)));
        }
    }
}

/// The index of an item of `list`, and what comes behind it: `list[2] (name).field` is 2 and `.field`.
fn in_list<'a>(at: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let (index, rest) = at.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
    let unnamed = rest.strip_prefix(" (").and_then(|named| named.split_once(')')).map_or(rest, |(_, rest)| rest);
    Some((index.parse().ok()?, unnamed))
}

/// `problems` of a document, with the file and the place of the document before each.
fn placed<T>(of: &Defined<T>, problems: Vec<domain::validate::Problem>) -> Vec<FileProblem> {
    let place = |problem: domain::validate::Problem| FileProblem {
        file: of.file.clone(),
        at: format!("{}.{}", of.at, problem.at),
        message: problem.message,
    };
    problems.into_iter().map(place).collect()
}

fn check_unique<'a>(
    kind: &str,
    documents: impl Iterator<Item = (&'a str, &'a Path, &'a str)>,
    problems: &mut Vec<FileProblem>,
) {
    let mut first: BTreeMap<&str, (&Path, &str)> = BTreeMap::new();
    for (name, file, at) in documents {
        if let Some((other, place)) = first.get(name) {
            let message = format!("another {kind} is named {name:?}: {}: {place}", other.display());
            problems.push(FileProblem { file: file.to_owned(), at: format!("{at}.name"), message });
        } else {
            first.insert(name, (file, at));
        }
    }
}

/// Stands for a group that is defined elsewhere while the rest of a plan is checked.
fn unknown_group(name: GroupId) -> ProtectionGroup {
    ProtectionGroup { name, ..ProtectionGroup::default() }
}

fn problem(file: &Path, message: impl Into<String>) -> FileProblem {
    FileProblem { file: file.to_owned(), at: String::new(), message: message.into() }
}

fn io_problem(file: &Path, error: &std::io::Error) -> FileProblem {
    // Other kinds have words of their own.
    if error.kind() == ErrorKind::NotFound {
        problem(file, "there is no such file or directory")
    } else if error.kind() == ErrorKind::PermissionDenied {
        problem(file, "you may not read it")
    } else {
        problem(file, error.to_string())
    }
}

/// The files to read, and those left out.
fn files_of(path: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), FileProblem> {
    if !path.metadata().map_err(|error| io_problem(path, &error))?.is_dir() {
        return Ok((vec![path.to_owned()], Vec::new()));
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(|error| io_problem(path, &error))? {
        let file = entry.map_err(|error| io_problem(path, &error))?.path();
        if file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(file);
        }
    }
    files.sort();
    let (skipped, files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.file_name().is_some_and(|name| name == INVENTORY));
    if files.is_empty() {
        return Err(problem(path, "there is no *.yaml or *.yml with plans in this directory"));
    }
    Ok((files, skipped))
}

/// The text of `file`. Its size is checked while reading, so that neither a huge file nor a pipe fills the memory.
fn read_text(file: &Path) -> Result<String, FileProblem> {
    let opened = std::fs::File::open(file).map_err(|error| io_problem(file, &error))?;
    let size = opened.metadata().map_or(0, |metadata| metadata.len());
    let too_large = |size: String| {
        problem(file, format!("{size}; a plan file has at most 1 MiB. Split it into several files of one directory."))
    };
    if size > MAX_FILE_BYTES {
        return Err(too_large(format!("it is {:.1} MiB large", size as f64 / (1024.0 * 1024.0))));
    }
    let mut bytes = Vec::new();
    opened.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| io_problem(file, &error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large("it is too large".to_owned()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        problem(file, format!("it is not UTF-8 text (byte {})", at + 1))
    })
}

fn parse(file: &Path, text: &str) -> Result<Document, FileProblem> {
    const EXPECTED: &str = "a plan file has protectionGroups, recoveryPlans or both at its top";
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Err(problem(file, format!("it is empty: {EXPECTED}")));
    }
    let document: Document = serde_saphyr::from_str(text).map_err(|error| yaml_problem(file, text, &error))?;
    if document.protection_groups.is_none() && document.recovery_plans.is_none() {
        return Err(problem(file, format!("nothing to apply: {EXPECTED}")));
    }
    Ok(document)
}

fn yaml_problem(file: &Path, text: &str, error: &serde_saphyr::Error) -> FileProblem {
    let Some(location) = error.location() else {
        return problem(file, error.without_snippet().to_string());
    };
    let place = format!("line {}, column {}", location.line(), location.column());
    let message = in_plan_words(error.without_snippet().to_string().trim_end_matches(&format!(" at {place}")));
    let line = usize::try_from(location.line()).unwrap_or_default();
    let owner = owner_of_line(text, line).map(|name| format!(" (in {name:?})")).unwrap_or_default();
    let excerpt = text.lines().nth(line.saturating_sub(1)).map(printable).unwrap_or_default();
    let message = format!("{message}\n| {}", shortened(&excerpt, 80));
    FileProblem { file: file.to_owned(), at: format!("{place}{owner}"), message }
}

/// The parser speaks of YAML events and of its own options; a person wrote lists and fields.
fn in_plan_words(message: &str) -> String {
    let message = printable(message);
    if let Some(key) = message.strip_prefix("duplicate mapping key: ") {
        return format!("{} is written twice", key.split(',').next().unwrap_or(key));
    }
    match message.as_str() {
        "expected sequence start" => "here belongs a list".to_owned(),
        "expected mapping start" => "here belong fields, each `name: value`".to_owned(),
        "expected string scalar" => "here belongs a text".to_owned(),
        _ if message.starts_with("multiple YAML documents") => {
            "a second YAML document begins here: use one document a file".to_owned()
        }
        _ => message,
    }
}

/// The name that the plan, wave or group around line `line` (from 1) has in the text: the nearest `name:` that is not
/// deeper. Only to help the reader find the place, so a guess is good enough.
fn owner_of_line(text: &str, line: usize) -> Option<String> {
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let lines: Vec<&str> = text.lines().take(line).collect();
    let limit = depth(lines.last()?);
    let named = lines.iter().rev().filter(|line| depth(line) <= limit);
    let value = named.filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("name:")).next()?;
    Some(printable(value.trim().trim_matches(['"', '\''])))
}
