//! Tickers and the markets they are of.

/// The market (MIC) of an exchange as EDGAR names it, where it is known.
fn market(exchange: &str) -> Option<&'static str> {
    match exchange.trim().to_ascii_lowercase().as_str() {
        "nasdaq" => Some("XNAS"),
        "nyse" => Some("XNYS"),
        "nyse american" | "nyse mkt" | "amex" => Some("XASE"),
        "nyse arca" => Some("ARCX"),
        "cboe" => Some("XCBO"),
        "otc" => Some("OTCM"),
        _ => None,
    }
}

/// A symbol with its market: `XNAS:TSLA`; bare where the market is not known.
#[must_use]
pub fn ticker(symbol: &str, exchange: Option<&str>) -> String {
    let symbol = symbol.trim().to_ascii_uppercase();
    match exchange.and_then(market) {
        Some(market) => format!("{market}:{symbol}"),
        None => symbol,
    }
}

/// Whether two tickers may be the same listing: one of them lacks its market.
pub(super) fn may_be_same(one: &str, other: &str) -> bool {
    match (one.split_once(':'), other.split_once(':')) {
        (Some((_, symbol)), None) => symbol == other,
        (None, Some((_, symbol))) => symbol == one,
        _ => one == other,
    }
}
