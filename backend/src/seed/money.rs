//! What students were charged for the terms that began, and what became of it: most have paid, some got a part back,
//! some were declined, some have not begun.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rust_decimal::{Decimal, RoundingStrategy};

use super::fates::Fate;
use super::world::{ADMIN, CURRENT, PREVIOUS, STUDENT, World, id};
use crate::enrollments::Status as Place;
use crate::ids::{ChargeId, PaymentId, RefundId, UserId};
use crate::ledger::PostingKind;
use crate::payments::{PaymentType, Status};
use crate::policy::Role;

/// Its own, so that the rest of the university stays as it is.
const SEED: u64 = 320;
/// Charges at most: in a large university only the first students have some.
const MOST: usize = 50_000;
/// What is younger than this is compared with the provider all the time; and with Stripe's own test mode, which does
/// not know of demo data, that would be a difference.
const SETTLED_DAYS: i64 = 4;
pub const CURRENCY: &str = "USD";
/// Why a card was declined.
pub const DECLINED: &str = "insufficient_funds";
/// Why something was given back.
pub const RETURNED: &str = "Dropped in time";

pub struct Charge {
    pub id: ChargeId,
    pub student: UserId,
    pub kind: PaymentType,
    pub amount: Decimal,
    /// What tuition was computed from.
    pub credits: Option<Decimal>,
    /// Index into [`World::terms`].
    pub term: usize,
    pub due_on: NaiveDate,
    pub description: &'static str,
    /// Made for the whole term at once.
    pub assessed: bool,
    pub at: DateTime<Utc>,
}

pub struct Payment {
    pub id: PaymentId,
    /// Index into [`Books::charges`].
    pub charge: usize,
    pub amount: Decimal,
    pub status: Status,
    pub intent: String,
    pub begun: DateTime<Utc>,
    /// Of its last step.
    pub at: DateTime<Utc>,
    pub refund: Option<Refund>,
    pub disputed_at: Option<DateTime<Utc>>,
}

pub struct Refund {
    pub id: RefundId,
    pub stripe_id: String,
    pub amount: Decimal,
    pub at: DateTime<Utc>,
}

/// A line of an account.
pub struct Line {
    pub at: DateTime<Utc>,
    pub student: UserId,
    pub kind: PostingKind,
    pub amount: Decimal,
    pub charge: ChargeId,
    pub payment: Option<PaymentId>,
    pub refund: Option<RefundId>,
    pub reason: Option<&'static str>,
    pub actor: Option<UserId>,
}

#[derive(Default)]
pub struct Books {
    pub charges: Vec<Charge>,
    pub payments: Vec<Payment>,
    /// In the order of time.
    pub lines: Vec<Line>,
    /// Who made the charges.
    pub admin: UserId,
}

pub fn books(world: &World, now: DateTime<Utc>) -> Books {
    let mut rng = StdRng::seed_from_u64(SEED);
    let person = |email| world.people.iter().find(|person| person.email == email).map(|person| person.id);
    let admin = person(ADMIN).unwrap_or_default();
    let mut books = Books { admin, ..Books::default() };
    let credits = credits(world);
    let students = world.people.iter().filter(|person| person.role == Role::Student);
    for student in students.map(|student| student.id) {
        if books.charges.len() > MOST {
            break;
        }
        let is_demo = Some(student) == person(STUDENT);
        for term in [PREVIOUS, CURRENT] {
            let Some(credits) = credits.get(&(student, term)) else { continue };
            for charge in charges(world, &mut rng, student, term, *credits, is_demo) {
                let drawn = Fate::draw(&mut rng, term);
                let fate = if is_demo { Fate::of_demo_student(term, charge.kind) } else { drawn };
                let last = now - TimeDelta::days(SETTLED_DAYS);
                let until = (world.terms[term].starts_on + TimeDelta::days(14)).and_time(NaiveTime::MIN);
                books.tell(&mut rng, charge, fate, until.and_utc().min(last));
            }
        }
    }
    books.lines.sort_by_key(|line| line.at);
    books
}

/// Credits of each student in each term, in hundredths.
fn credits(world: &World) -> HashMap<(UserId, usize), i64> {
    let courses: HashMap<_, _> =
        world.courses.iter().map(|course| (course.id, (course.term, course.subject.credits))).collect();
    let mut sums = HashMap::new();
    for place in &world.enrollments {
        if matches!(place.status, Place::Enrolled | Place::Completed)
            && let Some((term, credits)) = courses.get(&place.course)
        {
            *sums.entry((place.student, *term)).or_default() += credits;
        }
    }
    sums
}

/// Tuition by credit, a fee for everybody, and for some what the bookshop sent.
fn charges(
    world: &World,
    rng: &mut StdRng,
    student: UserId,
    term: usize,
    credits: i64,
    is_demo: bool,
) -> Vec<Charge> {
    let credits = Decimal::new(credits, 2);
    let (rate, tuition) = match term {
        PREVIOUS => (Decimal::new(31_000, 2), "Tuition, 310.00 a credit"),
        _ => (Decimal::new(32_050, 2), "Tuition, 320.50 a credit"),
    };
    let (at, due_on) = (world.terms[term].opens_at + TimeDelta::hours(9), world.terms[term].starts_on);
    let mut made = |kind, amount, description, assessed| Charge {
        id: id(rng),
        student,
        kind,
        amount,
        credits: (kind == PaymentType::Tuition).then_some(credits),
        term,
        due_on,
        description,
        assessed,
        at,
    };
    let mut charges = vec![
        made(PaymentType::Tuition, two_places(rate * credits), tuition, true),
        made(PaymentType::Fees, Decimal::new(14_500, 2), "Student services fee", true),
    ];
    let books = made(PaymentType::Books, Decimal::new(3_895, 2), "Course reader", false);
    if rng.random_range(0..8) == 0 || is_demo {
        charges.push(books);
    }
    charges
}

fn two_places(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

impl Books {
    /// Writes a charge down, and everything that came of it by a moment.
    fn tell(&mut self, rng: &mut StdRng, charge: Charge, fate: Fate, until: DateTime<Utc>) {
        let (all, made) = (charge.amount, charge.at);
        let minutes = (until - made).num_minutes().max(1);
        let begun = made + TimeDelta::minutes(rng.random_range(0..minutes));
        let (id, refund) = (id(rng), id(rng));
        let claim = self.line(&charge, made, PostingKind::Charge, all);
        self.lines.push(Line { reason: Some(charge.description), ..claim });
        match fate {
            Fate::Open => {}
            Fate::Waived => self.waive(&charge, made, all, "Hardship fund"),
            Fate::Paid => self.pay(&charge, (id, begun), all, Status::Succeeded),
            Fate::Disputed => {
                self.pay(&charge, (id, begun), all, Status::Succeeded);
                let paid = self.payments.last_mut();
                paid.into_iter().for_each(|paid| paid.disputed_at = Some(paid.at + TimeDelta::hours(20)));
            }
            Fate::Declined => self.pay(&charge, (id, begun), all, Status::Failed),
            Fate::Begun => self.pay(&charge, (id, begun), all, Status::Pending),
            Fate::Processing => self.pay(&charge, (id, begun), all, Status::Processing),
            Fate::Scholarship => {
                let half = two_places(all / Decimal::TWO);
                self.waive(&charge, made, half, "Scholarship");
                self.pay(&charge, (id, begun), all - half, Status::Succeeded);
            }
            Fate::Returned => {
                self.pay(&charge, (id, begun), all, Status::Refunded);
                self.give_back(&charge, refund, all);
            }
            Fate::PartlyReturned => {
                self.pay(&charge, (id, begun), all, Status::Succeeded);
                self.give_back(&charge, refund, two_places(all / Decimal::from(4)));
            }
        }
        self.charges.push(charge);
    }

    fn pay(
        &mut self,
        charge: &Charge,
        (id, begun): (PaymentId, DateTime<Utc>),
        amount: Decimal,
        status: Status,
    ) {
        let at = if status == Status::Pending { begun } else { begun + TimeDelta::minutes(3) };
        let settled = matches!(status, Status::Succeeded | Status::Refunded);
        if settled {
            let line = self.line(charge, at, PostingKind::Payment, -amount);
            self.lines.push(Line { payment: Some(id), ..line });
        }
        let intent = format!("pi_sandbox{}", id.0.simple());
        let charge = self.charges.len();
        self.payments.push(Payment {
            id,
            charge,
            amount,
            status,
            intent,
            begun,
            at,
            refund: None,
            disputed_at: None,
        });
    }

    /// Of the payment just made; what is given back is not owed again.
    fn give_back(&mut self, charge: &Charge, id: RefundId, amount: Decimal) {
        let Some(payment) = self.payments.last_mut() else { return };
        let at = payment.at + TimeDelta::hours(11);
        let stripe_id = format!("re_sandbox{}", id.0.simple());
        payment.refund = Some(Refund { id, stripe_id, amount, at });
        let paid = Some(payment.id);
        let line = self.line(charge, at, PostingKind::Refund, amount);
        self.lines.push(Line { payment: paid, refund: Some(id), ..line });
        self.waive(charge, at, amount, RETURNED);
    }

    fn waive(&mut self, charge: &Charge, at: DateTime<Utc>, amount: Decimal, reason: &'static str) {
        let line = self.line(charge, at, PostingKind::Waiver, -amount);
        self.lines.push(Line { reason: Some(reason), ..line });
    }

    fn line(&self, charge: &Charge, at: DateTime<Utc>, kind: PostingKind, amount: Decimal) -> Line {
        let actor = matches!(kind, PostingKind::Charge | PostingKind::Waiver).then_some(self.admin);
        let (student, charge) = (charge.student, charge.id);
        Line { at, student, kind, amount, charge, payment: None, refund: None, reason: None, actor }
    }
}

impl Payment {
    pub fn is_settled(&self) -> bool {
        matches!(self.status, Status::Succeeded | Status::Refunded)
    }

    pub fn returned(&self) -> Decimal {
        self.refund.as_ref().map_or(Decimal::ZERO, |refund| refund.amount)
    }

    /// Its steps: when, the status it had then, what is said of it.
    pub fn steps(&self) -> Vec<(DateTime<Utc>, Status, String)> {
        let mut steps = vec![(self.begun, Status::Pending, "payment begun".to_owned())];
        match self.status {
            Status::Pending => {}
            Status::Processing => steps.push((self.at, self.status, "being processed".to_owned())),
            Status::Failed => steps.push((self.at, self.status, format!("not paid: {DECLINED}"))),
            Status::Succeeded | Status::Refunded => {
                steps.push((self.at, Status::Succeeded, "paid".to_owned()));
            }
        }
        if let Some(at) = self.disputed_at {
            steps.push((at, self.status, "the payer disputes this payment at their bank".to_owned()));
        }
        if let Some(refund) = &self.refund {
            let text = |words: &str| format!("{words} {} {CURRENCY}", refund.amount);
            steps.push((refund.at, Status::Succeeded, format!("{} begun: {RETURNED}", text("refund of"))));
            steps.push((refund.at + TimeDelta::seconds(2), self.status, text("refunded")));
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::Passwords;
    use super::*;

    #[test]
    fn every_account_is_what_its_charges_and_payments_come_to() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let passwords = Passwords { demo: "x".to_owned(), everybody_else: "!".to_owned() };
        let world = World::make(300, 60, now, &passwords);
        let books = books(&world, now);
        assert!(books.charges.len() > 800 && books.payments.len() > 600, "{}", books.payments.len());
        let mut due: HashMap<ChargeId, Decimal> = HashMap::new();
        for line in &books.lines {
            assert!(
                line.at < now && line.amount != Decimal::ZERO && line.amount.scale() <= 2,
                "{}",
                line.amount
            );
            let due = due.entry(line.charge).or_default();
            *due += line.amount;
            assert!(*due >= Decimal::ZERO, "never more than what is due");
        }
        for payment in &books.payments {
            let due = due[&books.charges[payment.charge].id];
            assert_eq!(due, if payment.is_settled() { Decimal::ZERO } else { payment.amount });
            assert!(payment.at < now - TimeDelta::days(3) && payment.returned() <= payment.amount);
            assert_eq!(payment.status == Status::Refunded, payment.returned() == payment.amount);
        }
        for status in
            [Status::Pending, Status::Processing, Status::Succeeded, Status::Failed, Status::Refunded]
        {
            assert!(books.payments.iter().any(|payment| payment.status == status), "{status:?}");
        }
    }
}
