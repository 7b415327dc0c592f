//! `annals kind`

use std::io::Read;
use std::path::PathBuf;

use annals::amend::Amendment;
use annals::kinds::DeclaredKind;
use annals::model::json;
use annals::model::kind::Kind;
use annals::model::limits::KIND_FILE_BYTES_MAX;
use annals::model::vocabulary::Fault;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::cli::{AppendOptionArgs, RecordedArgs};
use crate::commands::append::{name_of, open_input, options, tell};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::Output;
use crate::render::table::Table;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals kind add patent-grant.json
  annals kind add patent-grant.schema.json --name patent_grant --thread number \\
         --stages filed,granted --ends lapsed
  annals append patent-grant acme --number 'US 1' --certainty official …
  annals kind list

The file is a declaration,
  {\"name\": …, \"about\": …, \"schema\": {…}, \"thread\": [\"number\"],
   \"stage_field\": \"state\", \"stages\": […], \"ends\": […], \"aside\": […]}
or a JSON Schema (2020-12) of `data` alone, with the rest in flags.")]
pub(crate) struct KindArgs {
    #[command(subcommand)]
    command: KindCommand,
}

impl KindArgs {
    /// Whether it only reads.
    pub(super) fn reads(&self) -> bool {
        match self.command {
            KindCommand::List(_) | KindCommand::Show(_) => true,
            KindCommand::Add(_) | KindCommand::Remove(_) => false,
        }
    }
}

#[derive(Debug, Subcommand)]
enum KindCommand {
    /// Declare a kind, or declare it anew
    Add(AddArgs),
    /// List the kinds that were declared
    List(ListArgs),
    /// Show the declaration of a kind, as it can be added elsewhere
    Show(ShowArgs),
    /// Take the declarations of a kind back; its events stay
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// A declaration or a JSON Schema; - for standard input
    file: PathBuf,
    /// The name of the kind [default: as the file says]
    #[arg(long)]
    name: Option<String>,
    /// What its events say, in a line
    #[arg(long)]
    about: Option<String>,
    /// The fields of data that together name the thread
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    thread: Vec<String>,
    /// The field of data that holds the stage [default: stage]
    #[arg(long, value_name = "FIELD")]
    stage_field: Option<String>,
    /// The stages in their usual order
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    stages: Vec<String>,
    /// The stages that end a thread
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    ends: Vec<String>,
    /// The stages beside the usual order
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    aside: Vec<String>,
    /// Who declares it
    #[arg(long, value_name = "NAME", default_value = "annals kind add")]
    source_name: String,
    #[command(flatten)]
    options: AppendOptionArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The name of the kind
    name: String,
    /// Print JSON, as without it
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    recorded: RecordedArgs,
}

#[derive(Debug, Args)]
struct RemoveArgs {
    /// The name of the kind
    name: String,
    /// Why
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    options: AppendOptionArgs,
}

pub(crate) fn run(
    session: &Session,
    args: &KindArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    match &args.command {
        KindCommand::Add(args) => add(session, args, out),
        KindCommand::List(args) => list(session, args, out),
        KindCommand::Show(args) => show(session, args, out),
        KindCommand::Remove(args) => remove(session, args, out),
    }
}

fn add(session: &Session, args: &AddArgs, out: &mut Output) -> Result<(), CommandError> {
    let declaration = declaration(args)?;
    let options = options(&args.options)?;
    let appended = session.appending(options.dry_run, |store| {
        let declared = store.declare_kind(&declaration, &args.source_name, options);
        declared.map_err(|error| CommandError::from(error).in_flags())
    })?;
    tell(&appended, &args.options, false, out)
}

/// What the file says, with what the flags add to it.
fn declaration(args: &AddArgs) -> Result<Value, CommandError> {
    let name = name_of(&args.file);
    let at_fault = |why: String| {
        CommandError::new(ExitCode::Data, format!("{name} declares no kind"))
            .detail(why)
            .hint("`annals kind add --help` shows what the file holds")
    };
    let mut text = String::new();
    open_input(&args.file)?
        .take(KIND_FILE_BYTES_MAX as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|error| CommandError::input(&args.file, &error))?;
    if text.len() > KIND_FILE_BYTES_MAX {
        return Err(at_fault(format!(
            "it has more than {KIND_FILE_BYTES_MAX} bytes, the most of such a file"
        )));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let read = json::parse(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        at_fault(format!("line {line}:{column}: {}", json::reason(&error)))
    })?;
    let Value::Object(read) = read else {
        return Err(at_fault("it is not a JSON object".to_owned()));
    };
    let mut fields = match read.contains_key("schema") {
        true => read,
        false => of_schema(read),
    };
    let texts = [
        ("name", &args.name),
        ("about", &args.about),
        ("stage_field", &args.stage_field),
    ];
    for (name, text) in texts {
        fields.extend(text.iter().map(|text| (name.to_owned(), json!(text))));
    }
    let lists = [
        ("thread", &args.thread),
        ("stages", &args.stages),
        ("ends", &args.ends),
        ("aside", &args.aside),
    ];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        fields.insert(name.to_owned(), json!(list));
    }
    Ok(Value::Object(fields))
}

/// A declaration with the schema, and what that says of itself.
fn of_schema(schema: Map<String, Value>) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, keyword) in [("name", "title"), ("about", "description")] {
        if let Some(text) = schema.get(keyword) {
            fields.insert(name.to_owned(), text.clone());
        }
    }
    fields.insert("schema".to_owned(), Value::Object(schema));
    fields
}

fn list(session: &Session, args: &ListArgs, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let recorded = session.recorded(&store, &args.recorded)?;
    let declared = store.declared_kinds(recorded)?;
    let mut table = Table::new(out.is_terminal());
    for own in &declared {
        if args.json {
            out.json_line(&as_json(own))?;
        } else {
            let Kind { name, about, .. } = own.kind;
            let stages = own.kind.life.iter().flat_map(|life| life.all());
            let stages: Vec<&str> = stages.collect();
            table.row([(*name).to_owned(), (*about).to_owned(), stages.join(", ")]);
        }
    }
    if !args.json {
        match declared.is_empty() {
            true => out.line("No kind was declared. Next: annals kind add --help")?,
            false => out.text(&table.to_string())?,
        }
    }
    out.finish()?;
    Ok(store.close()?)
}

fn as_json(own: &DeclaredKind) -> Value {
    let event = &own.declaration.event;
    let mut fields = event.data.to_map();
    fields.insert("position".to_owned(), json!(own.declaration.position));
    fields.insert("event".to_owned(), json!(event.id));
    Value::Object(fields)
}

fn show(session: &Session, args: &ShowArgs, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let recorded = session.recorded(&store, &args.recorded)?;
    let name = args.name.replace('-', "_");
    let declared = store.declared_kinds(recorded)?;
    let own = declared.iter().find(|own| own.kind.name == name);
    let own = own.ok_or_else(|| {
        CommandError::new(ExitCode::NotFound, format!("no kind {name:?} was declared"))
            .hint("`annals kind list` lists those that were; `annals schema` all kinds")
    })?;
    out.json(&Value::Object(own.declaration.event.data.to_map()))?;
    out.finish()?;
    Ok(store.close()?)
}

fn remove(session: &Session, args: &RemoveArgs, out: &mut Output) -> Result<(), CommandError> {
    let amendment = Amendment {
        fault: Fault::Record,
        reason: Some(args.reason.clone()),
        published: None,
        source_name: None,
        source_url: None,
        options: options(&args.options)?,
    };
    let store = session.open_to_amend(amendment.options.dry_run)?;
    let appended = store.remove_kind(&args.name.replace('-', "_"), &amendment)?;
    store.close()?;
    tell(&appended, &args.options, false, out)
}
