//! The items of form 8-K, as types of events.

/// The type of an item by its code.
///
/// Codes have a dot since 23 August 2004; before, items were numbered 1 to 12.
/// A number that was none of those is `item`; another code that is not known is
/// `other`. Item 9.01 (7 before) lists exhibits and is no event in itself.
#[must_use]
pub fn item_type(code: &str) -> &'static str {
    match code {
        "1.01" => "agreement.entered",
        "1.02" => "agreement.terminated",
        "1.03" => "bankruptcy",
        "1.04" => "mine_safety",
        "1.05" => "cyber_incident",
        "2.01" => "merger.completed",
        "2.02" => "earnings.reported",
        "2.03" => "debt.incurred",
        "2.04" => "debt.accelerated",
        "2.05" => "restructuring",
        "2.06" => "impairment",
        "3.01" => "delisting.notice",
        "3.02" => "private_placement",
        "3.03" => "rights_modified",
        "4.01" => "auditor_change",
        "4.02" => "restatement",
        "5.01" => "control_change",
        "5.02" => "executive_change",
        "5.03" => "bylaws_change",
        "5.04" => "benefit_plan_blackout",
        "5.05" => "ethics_code",
        "5.06" => "shell_status",
        "5.07" => "shareholder_vote",
        "5.08" => "nominations",
        "7.01" => "disclosure",
        "8.01" => "other",
        "9.01" => "exhibits",
        _ if code.starts_with("6.") => "asset_backed",
        _ if code.bytes().all(|byte| byte.is_ascii_digit()) => numbered(code),
        _ => "other",
    }
}

fn numbered(code: &str) -> &'static str {
    match code.trim_start_matches('0') {
        "1" => "control_change",
        "2" => "merger.completed",
        "3" => "bankruptcy",
        "4" => "auditor_change",
        "5" => "other",
        "6" => "executive_change",
        "7" => "exhibits",
        "8" => "fiscal_year_change",
        "9" => "disclosure",
        "10" => "ethics_code",
        "11" => "benefit_plan_blackout",
        "12" => "earnings.reported",
        _ => "item",
    }
}

/// The codes of the items of a form; only those of 8-K are items.
///
/// Other forms have dates and codes of other sorts in that column.
pub(super) fn items_of(form: &str, column: &str) -> Vec<String> {
    if !form.starts_with("8-K") {
        return Vec::new();
    }
    let codes = column.split(',').map(str::trim);
    codes
        .filter(|code| !code.is_empty())
        .map(str::to_owned)
        .collect()
}
