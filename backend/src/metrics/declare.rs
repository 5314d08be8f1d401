//! Declaring a metric: made, registered, and noted in the list that documentation and dashboards are held against.

use std::cell::RefCell;

use prometheus::core::{Collector, Desc};
use prometheus::{
    CounterVec, Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry,
};

/// A metric this program exports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declared {
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    pub labels: Vec<String>,
}

#[derive(Default)]
pub(super) struct Declarations {
    registry: Registry,
    declared: RefCell<Vec<Declared>>,
}

impl Declarations {
    pub fn finish(self) -> (Registry, Vec<Declared>) {
        (self.registry, self.declared.into_inner())
    }

    /// Registers a metric that was made elsewhere.
    pub fn add<M: Collector + Clone + 'static>(&self, kind: &'static str, metric: M) -> M {
        metric.desc().into_iter().for_each(|description| self.note(kind, description));
        self.registry.register(Box::new(metric.clone())).expect("a metric is declared once");
        metric
    }

    fn note(&self, kind: &'static str, description: &Desc) {
        let (name, labels) = (description.fq_name.clone(), description.variable_labels.clone());
        self.declared.borrow_mut().push(Declared { name, kind, labels });
    }

    pub fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.add("counter", IntCounter::new(name, help).expect(VALID))
    }

    pub fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.add("counter", IntCounterVec::new(Opts::new(name, help), labels).expect(VALID))
    }

    pub fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.add("gauge", IntGauge::new(name, help).expect(VALID))
    }

    pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.add("gauge", IntGaugeVec::new(Opts::new(name, help), labels).expect(VALID))
    }

    /// A gauge of seconds, percent, and whatever else is not whole.
    pub fn real_gauge(&self, name: &str, help: &str) -> Gauge {
        self.add("gauge", Gauge::new(name, help).expect(VALID))
    }

    pub fn real_gauges(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        self.add("gauge", GaugeVec::new(Opts::new(name, help), labels).expect(VALID))
    }

    pub fn real_counters(&self, name: &str, help: &str, labels: &[&str]) -> CounterVec {
        self.add("counter", CounterVec::new(Opts::new(name, help), labels).expect(VALID))
    }

    pub fn histogram(&self, name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
        self.add("histogram", histogram(name, help, labels, buckets))
    }
}

pub(super) fn histogram(name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
    HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels).expect(VALID)
}

const VALID: &str = "a valid metric";
