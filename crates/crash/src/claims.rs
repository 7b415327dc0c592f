//! Events to append, made from a seed: [`Claims`].

use serde_json::{Value, json};

use crate::random::Random;

/// Makes events of a few companies.
#[derive(Debug, Clone)]
pub struct Claims {
    random: Random,
    /// The ids of claims that were made, with their companies.
    pub made: Vec<(String, usize)>,
}

/// How many companies there are.
pub const COMPANIES: usize = 4;

impl Claims {
    /// The claims of a seed.
    #[must_use]
    pub fn new(random: Random) -> Self {
        let made = Vec::new();
        Self { random, made }
    }

    fn id(&mut self) -> String {
        let (high, low) = (self.random.next_u64(), self.random.next_u64());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff,
        )
    }

    /// The companies themselves, which come first.
    pub fn companies(&mut self) -> Vec<String> {
        let companies = (0..COMPANIES).map(|company| {
            json!({
                "id": self.id(),
                "company": slug(company),
                "kind": "company",
                "published": "2025-01-02",
                "certainty": "official",
                "source": {"name": "the register"},
                "data": {
                    "name": name(company),
                    "identifiers": [{"scheme": "cik", "value": format!("{:010}", 7 + company)}],
                },
            })
            .to_string()
        });
        companies.collect()
    }

    /// A claim about some company.
    pub fn claim(&mut self) -> String {
        let bytes = self.random.between(20, 400);
        self.claim_of(None, bytes)
    }

    /// A claim about a company, with so many letters that do not compress.
    pub fn claim_of(&mut self, company: Option<usize>, letters: usize) -> String {
        let company = company.unwrap_or_else(|| self.random.below(COMPANIES));
        let id = self.id();
        let (month, day) = (self.random.between(1, 11), self.random.between(1, 28));
        let text = self.text(letters);
        let data = match self.random.percent(50) {
            true => json!({"speaker": "the board", "text": text}),
            false => json!({"vendor": "AMD", "product": format!("MI{}", self.random.below(6)),
                "stage": "considering", "purpose": text}),
        };
        let is_statement = data.get("speaker").is_some();
        self.made.push((id.clone(), company));
        json!({
            "id": id,
            "company": slug(company),
            "kind": if is_statement { "statement" } else { "chip_interest" },
            "published": format!("2025-{month:02}-{day:02}"),
            "certainty": "reported",
            "source": {"name": "some paper"},
            "data": data,
        })
        .to_string()
    }

    /// Claims that are lines of one batch.
    pub fn batch(&mut self, lines: usize, letters: usize) -> Vec<String> {
        (0..lines).map(|_| self.claim_of(None, letters)).collect()
    }

    fn text(&mut self, letters: usize) -> String {
        let mut text = String::with_capacity(letters + 16);
        while text.len() < letters {
            text.push_str(&format!("{:016x}", self.random.next_u64()));
        }
        text.truncate(letters);
        text
    }
}

/// The slug of a company.
#[must_use]
pub fn slug(company: usize) -> String {
    format!("company-{company}")
}

fn name(company: usize) -> String {
    format!("Company {company}, Inc.")
}

/// A file of submissions as the SEC has it, with so many filings.
#[must_use]
pub fn submissions(filings: usize) -> Value {
    let numbers = || 1..=filings;
    let column = |cell: &dyn Fn(usize) -> Value| -> Value { numbers().map(cell).collect() };
    let day = |number: usize| format!("2025-{:02}-{:02}", 1 + number / 28 % 11, 1 + number % 28);
    json!({
        "cik": "9999", "name": "Filer, Inc.", "tickers": ["FLR"], "exchanges": ["NYSE"],
        "formerNames": [], "fiscalYearEnd": "1231",
        "filings": {"files": [], "recent": {
            "accessionNumber": column(&|n| format!("0000009999-25-{n:06}").into()),
            "filingDate": column(&|n| day(n).into()),
            "acceptanceDateTime": column(&|n| format!("{}T12:00:00.000Z", day(n)).into()),
            "form": column(&|_| "8-K".into()),
            "items": column(&|_| "2.02,9.01".into()),
            "reportDate": column(&|_| "".into()),
            "size": column(&|_| 10.into()),
            "primaryDocDescription": column(&|n| format!("filing {n}").into()),
            "core_type": column(&|_| "8-K".into()),
        }},
    })
}
