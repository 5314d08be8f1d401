//! Where a request stands in a trace that may have begun elsewhere: W3C Trace Context.

use axum::http::HeaderMap;

tokio::task_local! {
    static CURRENT: TraceContext;
}

#[derive(Clone, Debug, PartialEq)]
pub struct TraceContext {
    pub trace_id: String,
    /// The caller's span, if the trace began elsewhere.
    pub parent_id: Option<String>,
    /// The span of this request.
    pub span_id: String,
    /// Whether whoever began the trace wants it to be kept.
    pub sampled: bool,
}

impl TraceContext {
    /// What a `traceparent` says, or a new trace. `ratio` of the new ones are kept.
    pub fn of(headers: &HeaderMap, ratio: f64) -> Self {
        let given = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(parse);
        let span_id = new_span_id();
        match given {
            Some((trace_id, parent_id, sampled)) => {
                Self { trace_id, parent_id: Some(parent_id), span_id, sampled }
            }
            None => {
                let trace: u128 = rand::random::<u128>().max(1);
                let sampled = (trace as u64 as f64) < ratio * u64::MAX as f64;
                Self { trace_id: format!("{trace:032x}"), parent_id: None, span_id, sampled }
            }
        }
    }

    pub fn header(&self) -> String {
        header(&self.trace_id, &self.span_id, self.sampled)
    }

    /// Does the work with this as the current one, for [`super::traceparent`].
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }
}

pub(super) fn header(trace_id: &str, span_id: &str, sampled: bool) -> String {
    format!("00-{trace_id}-{span_id}-0{}", u8::from(sampled))
}

pub(super) fn new_span_id() -> String {
    format!("{:016x}", rand::random::<u64>().max(1))
}

/// Trace, parent and whether it is sampled.
fn parse(text: &str) -> Option<(String, String, bool)> {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, parent, flags, ref more @ ..] = parts[..] else { return None };
    let hex = |text: &str, length: usize| {
        text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let id = |text: &str, length| hex(text, length) && text.bytes().any(|byte| byte != b'0');
    // A later version may say more.
    let known = hex(version, 2) && version != "ff" && (version != "00" || more.is_empty());
    let fine = known && id(trace, 32) && id(parent, 16) && hex(flags, 2);
    let sampled = fine && u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
    fine.then(|| (trace.to_owned(), parent.to_owned(), sampled))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    fn of(text: &str) -> TraceContext {
        TraceContext::of(
            &HeaderMap::from_iter([("traceparent".parse().unwrap(), text.parse().unwrap())]),
            1.0,
        )
    }

    #[test]
    fn a_good_traceparent_is_continued_and_a_bad_one_is_not() {
        for (text, sampled) in [
            (format!("00-{TRACE}-{PARENT}-01"), true),
            (format!("00-{TRACE}-{PARENT}-00"), false),
            (format!("cc-{TRACE}-{PARENT}-03-more"), true),
        ] {
            let context = of(&text);
            assert_eq!((&*context.trace_id, context.parent_id.as_deref()), (TRACE, Some(PARENT)), "{text}");
            assert_eq!(context.sampled, sampled, "{text}");
            assert_eq!(context.header(), format!("00-{TRACE}-{}-0{}", context.span_id, u8::from(sampled)));
        }
        for text in [
            format!("00-{TRACE}-{PARENT}"),
            format!("00-{TRACE}-{PARENT}-01-more"),
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("00-{}-{PARENT}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
            String::new(),
        ] {
            let context = of(&text);
            assert!(context.trace_id != TRACE && context.parent_id.is_none() && context.sampled, "{text}");
        }
    }

    #[test]
    fn of_new_traces_the_share_asked_for_is_kept() {
        let kept = |ratio| (0..2000).filter(|_| TraceContext::of(&HeaderMap::new(), ratio).sampled).count();
        assert_eq!((kept(0.0), kept(1.0)), (0, 2000));
        assert!((300..700).contains(&kept(0.25)));
    }
}
