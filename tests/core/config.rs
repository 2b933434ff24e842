//! Configuration at its boundary: texts in layers → settings with origins, warnings, errors.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use roundtable::config::keys::{KEYS, POLICY, VendorField, VendorKey};
use roundtable::config::{Choice, Config, ConfigError, Sources};
use roundtable::debate::thresholds::Thresholds;
use roundtable::error::{Failure, FailureKind};
use roundtable::message::Plain;
use secrecy::ExposeSecret;
use tempfile::TempDir;

/// The vendors' rows, as the vendor table brings them.
fn vendor_keys() -> Vec<VendorKey> {
    type Vendor = (&'static str, &'static [&'static str], &'static str, VendorField, &'static str);
    let vendors: [Vendor; 15] = [
        ("anthropic", &["ANTHROPIC_API_KEY"], "ANTHROPIC_BASE_URL", VendorField::BaseUrl, "ANTHROPIC_MODEL"),
        ("openai", &["OPENAI_API_KEY"], "OPENAI_BASE_URL", VendorField::BaseUrl, "OPENAI_MODEL"),
        (
            "google",
            &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
            "GOOGLE_GEMINI_BASE_URL",
            VendorField::BaseUrl,
            "GOOGLE_MODEL",
        ),
        ("perplexity", &["PERPLEXITY_API_KEY"], "PERPLEXITY_BASE_URL", VendorField::BaseUrl, "PERPLEXITY_MODEL"),
        ("openrouter", &["OPENROUTER_API_KEY"], "OPENROUTER_BASE_URL", VendorField::BaseUrl, "OPENROUTER_MODEL"),
        ("groq", &["GROQ_API_KEY"], "GROQ_BASE_URL", VendorField::BaseUrl, "GROQ_MODEL"),
        ("deepseek", &["DEEPSEEK_API_KEY"], "DEEPSEEK_BASE_URL", VendorField::BaseUrl, "DEEPSEEK_MODEL"),
        ("mistral", &["MISTRAL_API_KEY"], "MISTRAL_BASE_URL", VendorField::BaseUrl, "MISTRAL_MODEL"),
        ("xai", &["XAI_API_KEY"], "XAI_BASE_URL", VendorField::BaseUrl, "XAI_MODEL"),
        ("together", &["TOGETHER_API_KEY"], "TOGETHER_BASE_URL", VendorField::BaseUrl, "TOGETHER_MODEL"),
        ("ollama", &[], "OLLAMA_HOST", VendorField::Host { port: 11434 }, "OLLAMA_MODEL"),
        ("lmstudio", &[], "LMSTUDIO_BASE_URL", VendorField::Host { port: 1234 }, "LMSTUDIO_MODEL"),
        ("llamacpp", &["LLAMACPP_API_KEY"], "LLAMACPP_BASE_URL", VendorField::Host { port: 8080 }, "LLAMACPP_MODEL"),
        ("vllm", &["VLLM_API_KEY"], "VLLM_BASE_URL", VendorField::Host { port: 8000 }, "VLLM_MODEL"),
        ("litellm", &["LITELLM_API_KEY"], "LITELLM_BASE_URL", VendorField::Host { port: 4000 }, "LITELLM_MODEL"),
    ];
    let row = |vendor: &str, names: &[&str], field| VendorKey {
        vendor: vendor.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        field,
        about: String::new(),
    };
    let rows = vendors.into_iter().flat_map(|(vendor, keys, address, address_field, model)| {
        let key = (!keys.is_empty()).then(|| row(vendor, keys, VendorField::ApiKey));
        let limits = [
            ("REQUESTS_PER_MINUTE", VendorField::RequestsPerMinute),
            ("TOKENS_PER_MINUTE", VendorField::TokensPerMinute),
            ("CONCURRENCY", VendorField::Concurrency),
        ];
        let limits = limits.map(|(ending, field)| row(vendor, &[&model.replace("MODEL", ending)], field));
        let model = row(vendor, &[model], VendorField::Model);
        key.into_iter().chain([row(vendor, &[address], address_field), model]).chain(limits)
    });
    rows.collect()
}

/// A home, and in it a repository with a working folder.
struct House {
    root: TempDir,
    sources: Sources,
}

impl House {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("home");
        let repository = home.join("repository");
        fs::create_dir_all(repository.join(".git")).unwrap();
        fs::create_dir_all(home.join(".config/roundtable")).unwrap();
        let sources = Sources {
            working_folder: repository,
            config_folder: Some(home.join(".config/roundtable")),
            data_folder: Some(home.join(".local/share/roundtable")),
            home_folder: Some(home),
            ..Sources::default()
        };
        Self { root, sources }
    }

    fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    fn repository(&self) -> PathBuf {
        self.home().join("repository")
    }

    fn dotenv(&self) -> PathBuf {
        self.sources.working_folder.join(".env")
    }

    fn project(&self) -> PathBuf {
        self.repository().join("roundtable.yaml")
    }

    fn user(&self) -> PathBuf {
        self.home().join(".config/roundtable/config.yaml")
    }

    /// Sets a variable in a layer, in the second line of its file.
    fn put(&mut self, layer: Layer, name: &str, text: &str) {
        let yaml = format!("# first\n{}: {}\n", yaml_name(name), serde_json::to_string(text).unwrap());
        match layer {
            Layer::Flag => self.sources.flag("--flag", name, text),
            Layer::Environment => {
                self.sources.environment.insert(name.to_owned(), OsString::from(text));
            }
            Layer::DotEnv => fs::write(self.dotenv(), format!("# first\n{name}='{text}'\n")).unwrap(),
            Layer::Project => fs::write(self.project(), yaml).unwrap(),
            Layer::User => fs::write(self.user(), yaml).unwrap(),
        }
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.sources, &vendor_keys())
    }

    fn error(&self) -> String {
        self.load().unwrap_err().to_string()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Flag,
    Environment,
    DotEnv,
    Project,
    User,
}

/// The strongest first.
const LAYERS: [Layer; 5] = [Layer::Flag, Layer::Environment, Layer::DotEnv, Layer::Project, Layer::User];

impl Layer {
    fn origin(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::DotEnv => ".env:2",
            Self::Project => "roundtable.yaml:2",
            Self::User => "~/.config/roundtable/config.yaml:2",
        }
    }

    /// How an error names a variable in this layer, and where.
    fn spelling(self, name: &str) -> (String, &'static str) {
        match self {
            Self::Flag => ("--flag".to_owned(), ""),
            Self::Environment => (name.to_owned(), " (in the environment)"),
            Self::DotEnv => (name.to_owned(), " (in .env:2)"),
            Self::Project => (yaml_name(name), " (in roundtable.yaml:2:1)"),
            Self::User => (yaml_name(name), " (in ~/.config/roundtable/config.yaml:2:1)"),
        }
    }
}

fn yaml_name(name: &str) -> String {
    name.strip_prefix("ROUNDTABLE_").unwrap_or(name).to_ascii_lowercase()
}

#[track_caller]
fn check_setting(config: &Config, name: &str, value: &str, origin: &str) {
    let setting = config.setting(name).unwrap_or_else(|| panic!("{name} is not set"));
    let found = match config.secret(name) {
        Some(secret) => secret.expose_secret().to_owned(),
        None => setting.value.to_string(),
    };
    assert_eq!((found.as_str(), setting.origin.to_string().as_str()), (value, origin), "{name}");
}

#[test]
fn built_in_values_apply_when_nothing_is_set() {
    let house = House::new();
    let config = house.load().unwrap();
    check_setting(&config, "ROUNDTABLE_MAX_AGENTS", "5", "default");
    check_setting(&config, "ROUNDTABLE_DEFAULT_AGENT_COUNT", "4", "default");
    check_setting(&config, "ROUNDTABLE_MODE", "collaborative", "default");
    let data_dir = house.home().join(".local/share/roundtable");
    check_setting(&config, "ROUNDTABLE_DATA_DIR", data_dir.to_str().unwrap(), "default");
    assert_eq!((config.max_agents(), config.default_agent_count(), config.mode()), (5, 4, "collaborative"));
    assert_eq!(config.data_dir(), data_dir);
    assert!(config.providers().is_empty() && config.moderator().is_none() && !config.no_color());
    assert!(config.setting("ANTHROPIC_API_KEY").is_none() && config.setting("NO_SUCH_SETTING").is_none());
    assert_eq!(config.entries().len(), KEYS.len() + POLICY.len() + vendor_keys().len());
    assert!(config.warnings().is_empty());
}

#[test]
fn the_stronger_of_each_pair_of_layers_wins() {
    let settings = [
        ("ROUNDTABLE_MAX_AGENTS", ["11", "12", "13", "14", "15"]),
        ("ROUNDTABLE_MODE", ["m1", "m2", "m3", "m4", "m5"]),
        ("ROUNDTABLE_PROVIDERS", ["google", "openai", "anthropic", "openai=gpt", "ollama"]),
        ("ANTHROPIC_API_KEY", ["k1", "k2", "k3", "k4", "k5"]),
        ("ANTHROPIC_BASE_URL", ["http://a", "http://b", "http://c", "http://d", "http://e"]),
        ("ROUNDTABLE_EXIT_CONSENSUS", ["0.6", "0.7", "0.75", "0.8", "1"]),
        ("ROUNDTABLE_EXIT_CONVERGENCE", ["0", "0.1", "0.2", "0.25", "1"]),
        ("ROUNDTABLE_EXIT_CONFIDENCE", ["0.6", "0.7", "0.75", "0.8", "0.9"]),
        ("ROUNDTABLE_EXIT_MAX_ROUNDS", ["1", "2", "3", "4", "10"]),
        ("ROUNDTABLE_MAX_COST", ["0.1", "0.5", "1", "2.25", "100"]),
        ("ROUNDTABLE_MAX_TOKENS", ["1", "2000", "30000", "400000", "4294967295"]),
        ("ROUNDTABLE_MAX_DEBATES", ["1", "2", "16", "64", "1000"]),
        ("ROUNDTABLE_MAX_JOBS", ["1", "2", "16", "64", "1000"]),
        ("ROUNDTABLE_MAX_CONCURRENCY", ["1", "2", "100", "200", "10000"]),
        ("ROUNDTABLE_TIMEOUT", ["1s", "1m 30s", "10m", "1h", "1day"]),
        ("OPENAI_MODEL", ["g1", "g2", "g3", "g4", "g5"]),
    ];
    for (name, values) in settings {
        for (at, stronger) in LAYERS.into_iter().enumerate() {
            for (weaker, weaker_value) in LAYERS.into_iter().zip(values).skip(at) {
                let mut house = House::new();
                house.put(weaker, name, weaker_value);
                if weaker != stronger {
                    house.put(stronger, name, values[at]);
                }
                check_setting(&house.load().unwrap(), name, values[at], stronger.origin());
            }
        }
    }
}

#[test]
fn a_value_that_does_not_parse_is_an_error_in_every_layer() {
    let number = "a whole number from 2 to 50 is needed";
    let choice = "NAME or NAME=MODEL is needed";
    let url = "an http:// or https:// URL without user name, query or fragment is needed";
    let (share, majority) =
        ("a number from 0 to 1 is needed, such as 0.75", "a number above 0.5 and up to 1 is needed, such as 0.75");
    let rounds = "a whole number from 1 to 10 is needed";
    let thousand = "a whole number from 1 to 1000 is needed";
    let dollars = "US dollars above 0 are needed, such as 0.50";
    let time = "a time of at least a second is needed, such as 90s or 1h 30m";
    let no_shares =
        ["75", "75%", "0.75%", "1.01", "-0.1", "-0", "+0.5", "NaN", "inf", "1e-1", "0,75", "3/4", "all", "."];
    let not = |name, need| no_shares.map(|text| (name, text, need));
    let thresholds = [
        not("ROUNDTABLE_EXIT_CONSENSUS", majority),
        not("ROUNDTABLE_EXIT_CONVERGENCE", share),
        not("ROUNDTABLE_EXIT_CONFIDENCE", share),
    ];
    let bad = [
        ("ROUNDTABLE_EXIT_CONSENSUS", "0.5", majority),
        ("ROUNDTABLE_EXIT_CONSENSUS", "0", majority),
        ("ROUNDTABLE_EXIT_MAX_ROUNDS", "0", rounds),
        ("ROUNDTABLE_EXIT_MAX_ROUNDS", "11", rounds),
        ("ROUNDTABLE_EXIT_MAX_ROUNDS", "2.5", rounds),
        ("ROUNDTABLE_MAX_COST", "0", dollars),
        ("ROUNDTABLE_MAX_COST", "-1", dollars),
        ("ROUNDTABLE_MAX_COST", "$1", dollars),
        ("ROUNDTABLE_MAX_COST", "1e3", dollars),
        ("ROUNDTABLE_MAX_COST", "inf", dollars),
        ("ROUNDTABLE_MAX_TOKENS", "0", "a whole number from 1 to 4294967295 is needed"),
        ("ROUNDTABLE_MAX_TOKENS", "10k", "a whole number from 1 to 4294967295 is needed"),
        ("ROUNDTABLE_MAX_DEBATES", "0", thousand),
        ("ROUNDTABLE_MAX_DEBATES", "1001", thousand),
        ("ROUNDTABLE_MAX_JOBS", "0", thousand),
        ("ROUNDTABLE_MAX_JOBS", "two", thousand),
        ("ROUNDTABLE_MAX_CONCURRENCY", "0", "a whole number from 1 to 10000 is needed"),
        ("ROUNDTABLE_MAX_CONCURRENCY", "10001", "a whole number from 1 to 10000 is needed"),
        ("ANTHROPIC_CONCURRENCY", "0", "a whole number from 1 to 10000 is needed"),
        ("OPENAI_CONCURRENCY", "101", "a whole number from 1 to 100 is needed, or a larger ROUNDTABLE_MAX_CONCURRENCY"),
        ("ROUNDTABLE_TIMEOUT", "10", time),
        ("ROUNDTABLE_TIMEOUT", "0s", time),
        ("ROUNDTABLE_TIMEOUT", "900ms", time),
        ("ROUNDTABLE_TIMEOUT", "2years", time),
        ("ROUNDTABLE_TIMEOUT", "soon", time),
        ("ROUNDTABLE_MAX_AGENTS", "0", number),
        ("ROUNDTABLE_MAX_AGENTS", "1", number),
        ("ROUNDTABLE_MAX_AGENTS", "-3", number),
        ("ROUNDTABLE_MAX_AGENTS", "51", number),
        ("ROUNDTABLE_MAX_AGENTS", "99", number),
        ("ROUNDTABLE_MAX_AGENTS", "99999999999", number),
        ("ROUNDTABLE_MAX_AGENTS", "3.5", number),
        ("ROUNDTABLE_MAX_AGENTS", "abc", number),
        ("ROUNDTABLE_MAX_AGENTS", "+5", number),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "1", number),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "51", number),
        ("ROUNDTABLE_DEFAULT_AGENT_COUNT", "four", number),
        ("ROUNDTABLE_PROVIDERS", "anthropic,,openai", choice),
        ("ROUNDTABLE_PROVIDERS", "anthropic=", choice),
        ("ROUNDTABLE_PROVIDERS", "openai,antropic", "no provider has this name; did you mean `anthropic`?"),
        ("ROUNDTABLE_PROVIDERS", "antropik", "no provider has this name; did you mean `anthropic`?"),
        ("ROUNDTABLE_MODERATOR", "=gpt", choice),
        (
            "ROUNDTABLE_MODERATOR",
            "qq",
            "a provider is needed: anthropic, openai, google, perplexity, openrouter, groq, deepseek, mistral, xai, together, ollama, lmstudio, llamacpp, vllm, litellm",
        ),
        ("ANTHROPIC_BASE_URL", "api.example.com", url),
        ("ANTHROPIC_BASE_URL", "ftp://example.com", url),
    ];
    for layer in LAYERS {
        for (name, text, need) in bad.into_iter().chain(thresholds.concat()) {
            let mut house = House::new();
            house.put(layer, name, text);
            let (spelled, place) = layer.spelling(name);
            assert_eq!(house.error(), format!("{spelled} is `{text}`{place}; {need}"));
        }
    }
}

#[test]
fn a_key_may_have_as_many_requests_in_flight_as_its_ceiling_says() {
    let mut house = House::new();
    house.put(Layer::Environment, "OPENAI_CONCURRENCY", "250");
    house.put(Layer::User, "ROUNDTABLE_MAX_CONCURRENCY", "249");
    assert!(house.error().starts_with("OPENAI_CONCURRENCY is `250` (in the environment); "), "{}", house.error());
    house.put(Layer::User, "ROUNDTABLE_MAX_CONCURRENCY", "250");
    let config = house.load().unwrap();
    check_setting(&config, "OPENAI_CONCURRENCY", "250", "environment");
    assert_eq!((config.max_concurrency(), config.max_debates(), config.max_jobs()), (250, 16, 16));
}

#[test]
fn thresholds_are_numbers_with_their_bounds() {
    for layer in LAYERS {
        for (name, text, value) in [
            ("ROUNDTABLE_EXIT_CONSENSUS", "0.5000001", 0.5000001),
            ("ROUNDTABLE_EXIT_CONSENSUS", "1.0", 1.0),
            ("ROUNDTABLE_EXIT_CONVERGENCE", "0", 0.0),
            ("ROUNDTABLE_EXIT_CONVERGENCE", ".25", 0.25),
            ("ROUNDTABLE_EXIT_CONFIDENCE", "0.0", 0.0),
            ("ROUNDTABLE_EXIT_CONFIDENCE", "1", 1.0),
        ] {
            let mut house = House::new();
            house.put(layer, name, text);
            let config = house.load().unwrap();
            check_setting(&config, name, &value.to_string(), layer.origin());
            let found = match name {
                "ROUNDTABLE_EXIT_CONSENSUS" => config.exit_consensus(),
                "ROUNDTABLE_EXIT_CONVERGENCE" => config.exit_convergence(),
                _ => config.exit_confidence().unwrap(),
            };
            assert_eq!(found, value, "{name}");
        }
    }
    let mut house = House::new();
    fs::write(house.project(), "exit_consensus: 0.75\nexit_max_rounds: 3\n").unwrap();
    let config = house.load().unwrap();
    assert_eq!((config.exit_consensus(), config.exit_max_rounds()), (0.75, Some(3)), "as numbers of YAML");
    house = House::new();
    let config = house.load().unwrap();
    let built_in = Thresholds {
        consensus: config.exit_consensus(),
        convergence: config.exit_convergence(),
        confidence: config.exit_confidence(),
        max_rounds: config.exit_max_rounds(),
    };
    assert_eq!(built_in, Thresholds::default(), "the table says what the core holds");
}

#[test]
fn counts_reach_from_2_to_50() {
    for layer in LAYERS {
        for text in ["2", "50"] {
            let mut house = House::new();
            house.put(layer, "ROUNDTABLE_MAX_AGENTS", text);
            check_setting(&house.load().unwrap(), "ROUNDTABLE_MAX_AGENTS", text, layer.origin());
        }
    }
}

#[test]
fn blank_is_not_set_except_in_a_flag() {
    for layer in LAYERS {
        let mut house = House::new();
        house.put(layer, "ROUNDTABLE_MAX_AGENTS", "  ");
        if layer == Layer::Flag {
            assert_eq!(house.error(), "--flag is ``; a whole number from 2 to 50 is needed");
            continue;
        }
        let config = house.load().unwrap();
        check_setting(&config, "ROUNDTABLE_MAX_AGENTS", "5", "default");
        let entry = config.entries().iter().find(|entry| entry.names == ["ROUNDTABLE_MAX_AGENTS"]).unwrap();
        let ignored = entry.ignored.first().unwrap();
        assert_eq!(
            (ignored.origin.to_string().as_str(), ignored.reason.to_string().as_str()),
            (layer.origin(), "blank")
        );
    }
}

#[test]
fn a_losing_value_is_not_read() {
    let mut house = House::new();
    house.put(Layer::DotEnv, "ROUNDTABLE_MAX_AGENTS", "abc");
    house.put(Layer::Environment, "ROUNDTABLE_MAX_AGENTS", "7");
    assert_eq!(house.load().unwrap().max_agents(), 7);
}

#[test]
fn bad_values_are_shown_without_escapes_and_cut() {
    let mut house = House::new();
    house.put(Layer::Environment, "ROUNDTABLE_MODE", "a\u{1b}[2Jb\nc");
    assert_eq!(
        house.error(),
        "ROUNDTABLE_MODE is `a [2Jb c` (in the environment); one line of 1 to 1000 characters is needed"
    );
    house.put(Layer::Environment, "ROUNDTABLE_MODE", &"é".repeat(1_001));
    assert!(house.error().contains(&format!("is `{}…` (in", "é".repeat(80))));
    house.put(Layer::Environment, "ROUNDTABLE_MODE", &"é".repeat(1_000));
    assert_eq!(house.load().unwrap().mode().chars().count(), 1_000);
}

#[test]
fn dotenv_texts_are_read_strictly() {
    let corpus: [(&str, Result<&str, &str>); 35] = [
        ("ROUNDTABLE_MODE=plain", Ok("plain")),
        ("ROUNDTABLE_MODE=abc$def", Ok("abc$def")),
        ("ROUNDTABLE_MODE=${HOME}", Ok("${HOME}")),
        ("ROUNDTABLE_MODE=a=b", Ok("a=b")),
        ("ROUNDTABLE_MODE=a b  ", Ok("a b")),
        ("  export   ROUNDTABLE_MODE=exported", Ok("exported")),
        ("ROUNDTABLE_MODE = spaced", Ok("spaced")),
        ("\n\n# note\n   # note\nROUNDTABLE_MODE=late\n", Ok("late")),
        ("ROUNDTABLE_MODE=a # note", Ok("a")),
        ("ROUNDTABLE_MODE=a#b", Ok("a#b")),
        ("ROUNDTABLE_MODE=#b", Ok("#b")),
        ("ROUNDTABLE_MODE= # note", Ok("collaborative")),
        ("ROUNDTABLE_MODE=", Ok("collaborative")),
        ("ROUNDTABLE_MODE='a # \\n \"b\"' # note", Ok("a # \\n \"b\"")),
        ("ROUNDTABLE_MODE=\"a # 'b'\"", Ok("a # 'b'")),
        (r#"ROUNDTABLE_MODE="a \"b\" \\ \d""#, Ok(r#"a "b" \ \d"#)),
        (r#"ROUNDTABLE_MODE="end\\""#, Ok(r"end\")),
        ("ROUNDTABLE_MODE=it's", Ok("it's")),
        ("ROUNDTABLE_MODE=\"a\"\t# note", Ok("a")),
        ("OTHER=\"two\nlines\"\nROUNDTABLE_MODE=after", Ok("after")),
        ("OTHER=1\nOTHER=2\nROUNDTABLE_MODE=after", Ok("after")),
        ("OTHER=1\r\nROUNDTABLE_MODE=crlf\r\n", Ok("crlf")),
        ("ROUNDTABLE_MODE='crlf'\r\n", Ok("crlf")),
        ("\u{feff}ROUNDTABLE_MODE=bom", Ok("bom")),
        ("", Ok("collaborative")),
        (
            "ROUNDTABLE_MODE=\"a\\nb\"",
            Err("ROUNDTABLE_MODE is `a b` (in .env:1); one line of 1 to 1000 characters is needed"),
        ),
        ("A=1\nROUNDTABLE_MODE", Err(".env:2: `=` is missing")),
        ("A=1\r\n\r\nexport ROUNDTABLE_MODE", Err(".env:3: `=` is missing")),
        ("=x", Err(".env:1: what stands before `=` is not the name of a variable")),
        ("1A=x", Err(".env:1: what stands before `=` is not the name of a variable")),
        ("A B=x", Err(".env:1: what stands before `=` is not the name of a variable")),
        ("A='1\n2'\nB='open\nC=3", Err(".env:3: the quote that opens here is never closed")),
        ("A=\"open\\\"", Err(".env:1: the quote that opens here is never closed")),
        ("A='x'y", Err(".env:1: text follows the closing quote")),
        ("ROUNDTABLE_MODE=a\nB=1\nROUNDTABLE_MODE=b", Err(".env:3: ROUNDTABLE_MODE is already set in line 1")),
    ];
    for (text, expected) in corpus {
        let house = House::new();
        fs::write(house.dotenv(), text).unwrap();
        let found = house.load().map(|config| config.mode().to_owned()).map_err(|error| error.to_string());
        assert_eq!(found.as_ref().map(String::as_str).map_err(String::as_str), expected, "{text:?}");
    }
}

#[test]
fn dotenv_lines_are_counted_through_quoted_values() {
    let house = House::new();
    fs::write(house.dotenv(), "A='1\n2\n3' # note\n\nROUNDTABLE_MODE=x\n").unwrap();
    check_setting(&house.load().unwrap(), "ROUNDTABLE_MODE", "x", ".env:5");
}

#[test]
fn dotenv_is_read_in_the_working_folder_alone_and_never_exported() {
    let mut house = House::new();
    house.put(Layer::DotEnv, "ROUNDTABLE_MODE", "here");
    assert_eq!(house.load().unwrap().mode(), "here");
    assert!(std::env::var_os("ROUNDTABLE_MODE").is_none());
    house.sources.working_folder = house.repository().join("below");
    fs::create_dir(&house.sources.working_folder).unwrap();
    assert_eq!(house.load().unwrap().mode(), "collaborative");
}

#[test]
fn yaml_texts_are_read_strictly() {
    let corpus: [(&str, Result<&str, &str>); 22] = [
        ("mode: plain", Ok("plain")),
        ("mode: 4.10", Ok("4.10")),
        ("mode: no", Ok("no")),
        ("mode: 'a # b' # note", Ok("a # b")),
        ("\u{feff}mode: bom\r\n", Ok("bom")),
        ("mode:", Ok("collaborative")),
        ("mode: ~", Ok("collaborative")),
        ("# nothing but a note\n", Ok("collaborative")),
        ("", Ok("collaborative")),
        ("a: &x 1", Err("roundtable.yaml:1:1: unknown key `a`")),
        ("mode: x\nmax_agent: 5", Err("roundtable.yaml:2:1: unknown key `max_agent`; did you mean `max_agents`?")),
        (
            "ROUNDTABLE_MAX_AGENTS: 5",
            Err("roundtable.yaml:1:1: unknown key `ROUNDTABLE_MAX_AGENTS`; did you mean `max_agents`?"),
        ),
        ("{mode: x, max-agents: 5}", Err("roundtable.yaml:1:11: unknown key `max-agents`; did you mean `max_agents`?")),
        ("no_color: true", Err("roundtable.yaml:1:1: unknown key `no_color`")),
        ("mode: x\nmode: y", Err("roundtable.yaml:2:1: this key is set twice")),
        ("mode: [x]", Err("roundtable.yaml:1:7: plain text is needed")),
        ("mode: {x: y}", Err("roundtable.yaml:1:7: plain text is needed")),
        ("- mode", Err("roundtable.yaml: a map of settings is needed")),
        ("mode", Err("roundtable.yaml: a map of settings is needed")),
        ("providers: {anthropic: {model: x}}", Err("roundtable.yaml:1:12: a text or a list of texts is needed")),
        ("mode: *nowhere", Err("roundtable.yaml:1:7: not valid YAML")),
        ("mode: 'open", Err("roundtable.yaml:1:7: not valid YAML")),
    ];
    for (text, expected) in corpus {
        let house = House::new();
        fs::write(house.project(), text).unwrap();
        let found = house.load().map(|config| config.mode().to_owned()).map_err(|error| error.to_string());
        assert_eq!(found.as_ref().map(String::as_str).map_err(String::as_str), expected, "{text:?}");
    }
}

#[test]
fn assumptions_are_read_from_the_project_alone() {
    let broken = "every assumption needs a name on one line and a text";
    let corpus: [(&str, Result<&str, String>); 7] = [
        ("assumptions:\n  b: Two words.\n  a: One\n", Ok("a=One;b=Two words.;")),
        ("assumptions:", Ok("")),
        ("mode: vote", Ok("")),
        ("mode: vote\nassumptions: {a: ' '}", Err(format!("roundtable.yaml:2:1: {broken}"))),
        ("assumptions: {'': x}", Err(format!("roundtable.yaml:1:1: {broken}"))),
        ("assumptions: {a: x, a: y}", Err("roundtable.yaml:1:21: this key is set twice".to_owned())),
        ("assumptions: [a]", Err("roundtable.yaml:1:14: plain text is needed".to_owned())),
    ];
    for (text, expected) in corpus {
        let house = House::new();
        fs::write(house.project(), text).unwrap();
        let told = |(name, text): (&String, &String)| format!("{name}={text};");
        let found = house.load().map(|config| config.assumptions().iter().map(told).collect::<String>());
        assert_eq!(found.map_err(|error| error.to_string()), expected.map(str::to_owned), "{text:?}");
    }
    let house = House::new();
    fs::write(house.user(), "assumptions: {a: x}").unwrap();
    assert!(house.load().unwrap_err().to_string().contains("assumptions belong to a project"));
}

#[test]
fn hostile_yaml_is_refused() {
    let many = format!("x: [{}]", "1,".repeat(3_000));
    let deep = format!("x: {}1{}", "[".repeat(500), "]".repeat(500));
    let laughs = "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        .to_owned();
    for text in [many, deep, laughs] {
        let house = House::new();
        fs::write(house.user(), &text).unwrap();
        let error = house.error();
        assert!(
            error.ends_with("more than a configuration file may hold") || error.ends_with("not valid YAML"),
            "{error}"
        );
    }
}

#[test]
fn providers_are_a_text_or_a_list() {
    let choice =
        |provider: &str, model: Option<&str>| Choice { provider: provider.to_owned(), model: model.map(str::to_owned) };
    let expected =
        vec![choice("openai", Some("gpt-6.1-terra")), choice("anthropic", None), choice("ollama", Some("qwen3:8b"))];
    for text in [
        "providers: openai=gpt-6.1-terra, Anthropic, ollama = qwen3:8b",
        "providers: [openai=gpt-6.1-terra, anthropic, 'ollama=qwen3:8b']",
        "providers:\n  - openai=gpt-6.1-terra\n  - anthropic\n  - ollama=qwen3:8b\n",
    ] {
        let house = House::new();
        fs::write(house.project(), text).unwrap();
        let config = house.load().unwrap();
        assert_eq!(config.providers(), expected, "{text}");
        check_setting(
            &config,
            "ROUNDTABLE_PROVIDERS",
            "openai=gpt-6.1-terra,anthropic,ollama=qwen3:8b",
            "roundtable.yaml:1",
        );
    }
    let mut house = House::new();
    house.put(Layer::Environment, "ROUNDTABLE_MODERATOR", "openai=a=b");
    assert_eq!(house.load().unwrap().moderator(), Some(&choice("openai", Some("a=b"))));
}

#[test]
fn placeholders_are_not_keys() {
    let placeholders = [
        "your-key-here",
        "YOUR_API_KEY",
        "your_anthropic_api_key_here",
        "sk-your-key-here",
        "sk-...",
        "sk-ant-...",
        "sk-ant-…",
        "<your key>",
        "<ANTHROPIC_API_KEY>",
        "[key]",
        "changeme",
        "CHANGE-ME",
        "change_me",
        "replace-with-your-key",
        "xxx",
        "xxxxxxxx",
        "sk-xxxxxxxxxxxx",
        "sk-ant-api03-XXXX",
        "***",
        "${OPENAI_API_KEY}",
        "placeholder",
        "todo",
    ];
    for text in placeholders {
        for layer in [Layer::Environment, Layer::DotEnv, Layer::Project, Layer::User] {
            let mut house = House::new();
            house.put(layer, "OPENAI_API_KEY", text);
            let config = house.load().unwrap();
            assert!(config.secret("OPENAI_API_KEY").is_none(), "{text}");
            let entry = config.entries().iter().find(|entry| entry.names == ["OPENAI_API_KEY"]).unwrap();
            let ignored = entry.ignored.first().unwrap();
            assert_eq!(
                (ignored.origin.to_string().as_str(), ignored.reason.to_string().as_str()),
                (layer.origin(), "placeholder")
            );
        }
    }
    let real =
        ["sk-ant-api03-Ab_cD-xx", "sk-proj-yourAbc", "AIzaSyXXXabc", "gsk_x1y2", "none", "sk-no-key-required", "k.e.y"];
    for text in real {
        let mut house = House::new();
        house.put(Layer::DotEnv, "OPENAI_API_KEY", text);
        check_setting(&house.load().unwrap(), "OPENAI_API_KEY", text, ".env:2");
    }
}

#[test]
fn a_placeholder_gives_way_to_a_weaker_layer_and_to_a_synonym() {
    let mut house = House::new();
    house.put(Layer::Environment, "GOOGLE_API_KEY", "your-key-here");
    house.put(Layer::User, "GOOGLE_API_KEY", "from-user");
    check_setting(&house.load().unwrap(), "GOOGLE_API_KEY", "from-user", Layer::User.origin());
    house.put(Layer::DotEnv, "GEMINI_API_KEY", "synonym");
    check_setting(&house.load().unwrap(), "GEMINI_API_KEY", "synonym", ".env:2");
    let config = house.load().unwrap();
    assert_eq!(config.setting("GOOGLE_API_KEY").unwrap().spelled, "GEMINI_API_KEY");
    house.put(Layer::Environment, "GEMINI_API_KEY", "weaker-name");
    house.put(Layer::Environment, "GOOGLE_API_KEY", "canonical");
    check_setting(&house.load().unwrap(), "GOOGLE_API_KEY", "canonical", "environment");
}

#[test]
fn secrets_never_show() {
    let canary = "sk-ant-canary-5e6f";
    let mut leaks = Vec::new();
    for layer in LAYERS {
        let mut house = House::new();
        house.put(layer, "ANTHROPIC_API_KEY", canary);
        let config = house.load().unwrap();
        check_setting(&config, "ANTHROPIC_API_KEY", canary, layer.origin());
        leaks.push(format!("{config:?} {:#?}", config.entries()));
        leaks.extend(config.setting("ANTHROPIC_API_KEY").map(|setting| setting.value.to_string()));
        house.put(layer, "ANTHROPIC_API_KEY", &format!("{canary} {canary}"));
        if layer != Layer::Flag {
            let (spelled, place) = layer.spelling("ANTHROPIC_API_KEY");
            let need = "1 to 1000 visible ASCII characters without a space are needed";
            assert_eq!(house.error(), format!("{spelled} is not usable{place}; {need}"));
        }
    }
    let broken = [
        "anthropic_api_key: [KEY]",
        "anthropic_api_key: {KEY: 1}",
        "anthropic_api_key: 'KEY",
        "anthropic_api_key: *KEY",
        "anthropic_api_key: \"KEY\\q\"",
        "anthropic_api_key: KEY\n KEY: KEY",
        "KEY",
        "- KEY",
        "anthropic_api_key: !!int KEY",
        "anthropic_api_key: a\nanthropic_api_key: KEY",
        "providers: !!binary KEY",
        "anthropic_api_key: !KEY x y",
        "anthropic_base_url: https://KEY@example.com",
        "anthropic_base_url: https://example.com/?key=KEY",
        "ollama_host: u:KEY@h",
        "anthropic_base_url: https://example.com/#KEY",
    ];
    for text in broken {
        let house = House::new();
        fs::write(house.project(), text.replace("KEY", canary)).unwrap();
        let error = house.load().expect_err(text);
        leaks.push(format!("{error} {error:?}"));
        leaks.push(Failure::from(error).to_json(&Plain).to_string());
    }
    for text in ["KEY", "KEY=", "ANTHROPIC_API_KEY='KEY", "ANTHROPIC_API_KEY='KEY'KEY", "ANTHROPIC_API_KEY KEY=KEY"] {
        let house = House::new();
        fs::write(house.dotenv(), text.replace("KEY", canary)).unwrap();
        let error = house.load().expect_err(text);
        leaks.push(format!("{error} {error:?}"));
    }
    for leak in leaks {
        assert!(!leak.contains("canary"), "{leak}");
    }
}

#[cfg(unix)]
#[test]
fn values_that_are_not_text_are_errors_only_when_they_are_ours() {
    use std::os::unix::ffi::OsStringExt;
    let mut house = House::new();
    house.sources.environment.insert("OTHER".to_owned(), OsString::from_vec(vec![0xff]));
    assert!(house.load().is_ok());
    house.sources.environment.insert("ROUNDTABLE_MODE".to_owned(), OsString::from_vec(vec![0xff]));
    assert_eq!(house.error(), "ROUNDTABLE_MODE is not usable (in the environment); UTF-8 text is needed");
}

#[test]
fn unknown_variables_of_ours_are_warnings() {
    let mut house = House::new();
    house.sources.environment.insert("ROUNDTABLE_MAX_AGENT".to_owned(), "5".into());
    house.sources.environment.insert("ROUNDTABLE_XYZZY".to_owned(), "5".into());
    house.sources.environment.insert("MAX_AGENTS".to_owned(), "5".into());
    fs::write(house.dotenv(), "DATABASE=x\nROUNDTABLE_MODES=x\n").unwrap();
    let warnings: Vec<String> = house.load().unwrap().warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "unknown variable ROUNDTABLE_MAX_AGENT in the environment; did you mean `ROUNDTABLE_MAX_AGENTS`?",
            "unknown variable ROUNDTABLE_XYZZY in the environment",
            "unknown variable ROUNDTABLE_MODES in .env:2; did you mean `ROUNDTABLE_MODE`?",
        ]
    );
}

#[test]
fn odd_files_are_errors() {
    let file_of = |house: &House, which: &str| match which {
        ".env" => house.dotenv(),
        "roundtable.yaml" => house.project(),
        _ => house.user(),
    };
    for shown in [".env", "roundtable.yaml", "~/.config/roundtable/config.yaml"] {
        let house = House::new();
        fs::create_dir(file_of(&house, shown)).unwrap();
        assert_eq!(house.error(), format!("{shown} is not a regular file"));

        let house = House::new();
        fs::write(file_of(&house, shown), "#".repeat(65_537)).unwrap();
        assert_eq!(house.error(), format!("{shown} is larger than 64 KiB"));
        fs::write(file_of(&house, shown), "#".repeat(65_536)).unwrap();
        assert!(house.load().is_ok());

        let house = House::new();
        fs::write(file_of(&house, shown), b"# ok\n# \xff\n").unwrap();
        assert_eq!(house.error(), format!("{shown}:2: not UTF-8 text"));
    }
}

#[test]
fn the_project_is_searched_up_to_the_repository() {
    let mut house = House::new();
    let below = house.repository().join("a/b");
    fs::create_dir_all(&below).unwrap();
    house.sources.working_folder = below.clone();
    fs::write(house.home().join("roundtable.yaml"), "mode: outside").unwrap();
    let config = house.load().unwrap();
    assert_eq!((config.mode(), config.project_root()), ("collaborative", Some(house.repository().as_path())));

    fs::write(house.project(), "mode: repository").unwrap();
    check_setting(&house.load().unwrap(), "ROUNDTABLE_MODE", "repository", "../../roundtable.yaml:1");

    let nearer = house.repository().join("a");
    fs::write(nearer.join("roundtable.yaml"), "mode: nearer").unwrap();
    let config = house.load().unwrap();
    check_setting(&config, "ROUNDTABLE_MODE", "nearer", "../roundtable.yaml:1");
    assert_eq!(config.project_root(), Some(nearer.as_path()));
    let users = house.home().join(".config/roundtable/modes");
    assert_eq!(config.modes_folders(), [nearer.join(".roundtable/modes"), users.clone()]);

    house.sources.working_folder = house.root.path().join("elsewhere");
    let config = house.load().unwrap();
    assert_eq!(config.project_root(), None);
    assert_eq!(config.modes_folders(), [house.root.path().join("elsewhere/.roundtable/modes"), users]);
}

#[test]
fn the_data_folder_is_relative_to_what_names_it() {
    let mut house = House::new();
    let below = house.repository().join("below");
    fs::create_dir(&below).unwrap();
    house.sources.working_folder = below.clone();
    let user_folder = house.home().join(".config/roundtable");
    let bases: [(Layer, &Path); 5] = [
        (Layer::User, &user_folder),
        (Layer::Project, &house.repository()),
        (Layer::DotEnv, &below),
        (Layer::Environment, &below),
        (Layer::Flag, &below),
    ];
    for (layer, base) in bases {
        house.put(layer, "ROUNDTABLE_DATA_DIR", "data/x");
        assert_eq!(house.load().unwrap().data_dir(), base.join("data/x"), "{layer:?}");
    }
    house.sources.flags.clear();
    for (text, folder) in [
        ("~/d", house.home().join("d")),
        ("~", house.home()),
        ("/abs", PathBuf::from("/abs")),
        ("~x", below.join("~x")),
    ] {
        house.put(Layer::Environment, "ROUNDTABLE_DATA_DIR", text);
        assert_eq!(house.load().unwrap().data_dir(), folder);
    }
    house.sources.home_folder = None;
    house.put(Layer::Environment, "ROUNDTABLE_DATA_DIR", "~/d");
    assert!(house.error().ends_with("a path without `~` is needed, for no home folder is known"));
}

#[test]
fn without_a_home_the_sessions_need_a_place() {
    let mut house = House::new();
    house.sources.home_folder = None;
    house.sources.config_folder = None;
    house.sources.data_folder = None;
    let failure = Failure::from(house.load().unwrap_err());
    assert_eq!(failure.kind, FailureKind::Usage);
    assert_eq!(failure.to_string(), "no home folder is known, so the sessions have no place");
    assert_eq!(failure.hint.map(|hint| hint.to_string()).as_deref(), Some("set ROUNDTABLE_DATA_DIR to a folder"));
    house.put(Layer::Environment, "ROUNDTABLE_DATA_DIR", "/data");
    let config = house.load().unwrap();
    assert_eq!((config.data_dir(), config.modes_folders().len()), (Path::new("/data"), 1));
}

#[test]
fn addresses_are_checked_and_completed() {
    let url = [
        ("https://api.example.com", Some("https://api.example.com")),
        ("HTTPS://api.example.com/v1/", Some("https://api.example.com/v1")),
        ("http://localhost:8080/", Some("http://localhost:8080")),
        ("http://[::1]:8080/v1", Some("http://[::1]:8080/v1")),
        ("http://", None),
        ("http:///v1", None),
        ("https://a b", None),
        ("https://user@host", None),
        ("https://user:word@host/", None),
        ("https://host/?a=b", None),
        ("https://host/#a", None),
        ("https://host:0", None),
        ("https://host:70000", None),
        ("https://host:x", None),
        ("http://[::1", None),
        ("http://[zz]", None),
        ("http://[::1]x", None),
        ("http://a\\b", None),
        ("file:///etc", None),
    ];
    let host = [
        ("127.0.0.1", Some("http://127.0.0.1:11434")),
        ("localhost:8000", Some("http://localhost:8000")),
        ("0.0.0.0", Some("http://127.0.0.1:11434")),
        (":9000", Some("http://127.0.0.1:9000")),
        ("[::1]", Some("http://[::1]:11434")),
        ("box.lan/", Some("http://box.lan:11434")),
        ("https://box.lan/ollama/", Some("https://box.lan/ollama")),
        ("user@host", None),
        ("a b", None),
        ("host/path", None),
    ];
    let urls = url.into_iter().map(|(text, expected)| ("OPENAI_BASE_URL", text, expected));
    for (name, text, expected) in urls.chain(host.into_iter().map(|(text, expected)| ("OLLAMA_HOST", text, expected))) {
        let mut house = House::new();
        house.put(Layer::Environment, name, text);
        let found = house.load().ok().map(|config| config.text(name).unwrap().to_owned());
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

#[test]
fn a_checkout_cannot_send_a_key_elsewhere() {
    let trust = |layer| match layer {
        Layer::Flag | Layer::Environment | Layer::User => 2,
        Layer::DotEnv => 1,
        Layer::Project => 0,
    };
    for key_layer in LAYERS {
        for url_layer in LAYERS.into_iter().filter(|layer| *layer != key_layer) {
            let mut house = House::new();
            house.put(key_layer, "OPENAI_API_KEY", "a-key");
            house.put(url_layer, "OPENAI_BASE_URL", "https://127.0.0.1.example.com");
            assert_eq!(house.load().is_ok(), trust(url_layer) >= trust(key_layer), "{key_layer:?} {url_layer:?}");
            for local in ["http://localhost:1", "http://127.0.0.2", "http://[::1]:9/v1"] {
                house.put(url_layer, "OPENAI_BASE_URL", local);
                house.sources.flags.retain(|flag| flag.name != "OPENAI_BASE_URL" || flag.text == local);
                assert!(house.load().is_ok(), "{local}");
            }
        }
    }
    let mut house = House::new();
    house.put(Layer::Environment, "OPENAI_API_KEY", "a-key");
    fs::write(house.project(), "anthropic_base_url: https://gateway.example.com").unwrap();
    assert!(house.load().is_ok(), "another vendor's key is not concerned");
    fs::write(house.project(), "openai_base_url: https://gateway.example.com").unwrap();
    let failure = Failure::from(house.load().unwrap_err());
    assert_eq!(
        (failure.to_string().as_str(), failure.hint.map(|hint| hint.to_string()).as_deref()),
        (
            "openai_base_url (in roundtable.yaml:1) would send OPENAI_API_KEY, which comes from the environment, to another host",
            Some("if you trust that host, set OPENAI_BASE_URL in the environment or in your own config.yaml"),
        )
    );
}

#[test]
fn the_process_brings_its_environment_and_folders() {
    let sources = Sources::from_process().unwrap();
    assert_eq!(sources.working_folder, std::env::current_dir().unwrap());
    assert_eq!(sources.environment.get("CARGO_MANIFEST_DIR"), Some(&OsString::from(env!("CARGO_MANIFEST_DIR"))));
    assert!(sources.flags.is_empty());
    for folder in [sources.config_folder, sources.data_folder].into_iter().flatten() {
        assert!(folder.ends_with("roundtable"), "{}", folder.display());
    }
}

#[test]
fn any_text_switches_colour_off() {
    for (text, off) in [("1", true), ("false", true), ("0", true), ("", false)] {
        let mut house = House::new();
        house.put(Layer::Environment, "NO_COLOR", text);
        assert_eq!(house.load().unwrap().no_color(), off, "{text:?}");
    }
}

/// Lists the variables of `.env.example`, and its text with each of them switched on.
fn example() -> (BTreeSet<String>, String) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example")).unwrap();
    let mut names = BTreeSet::new();
    let mut switched_on = String::new();
    for line in text.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let name = bare
            .split_once('=')
            .map(|(name, _)| name)
            .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
        switched_on.push_str(if name.is_some() { bare } else { line });
        switched_on.push('\n');
        if let Some(name) = name {
            assert!(names.insert(name.to_owned()), "{name} is in .env.example twice");
        }
    }
    (names, switched_on)
}

#[test]
fn the_example_file_names_every_variable_and_no_other() {
    let ours = KEYS.iter().map(|key| key.name.to_owned());
    let known: BTreeSet<String> = ours.chain(vendor_keys().into_iter().flat_map(|key| key.names)).collect();
    assert_eq!(example().0, known);
}

#[test]
fn the_example_file_loads_and_brings_no_key() {
    let house = House::new();
    fs::write(house.dotenv(), example().1).unwrap();
    let config = house.load().unwrap();
    assert!(config.warnings().is_empty());
    for key in vendor_keys().into_iter().filter(|key| key.field == VendorField::ApiKey) {
        assert!(config.secret(&key.names[0]).is_none(), "{:?}", key.names);
    }
    for key in KEYS {
        if let Some(default) = key.default {
            assert_eq!(
                config.setting(key.name).unwrap().value.to_string(),
                default,
                "{} differs from the default",
                key.name
            );
        }
    }
}
