//! What is taught: departments, and courses that could stand in any catalogue.

/// A department: the letters of its codes, its name, and its subjects.
pub struct Department {
    pub letters: &'static str,
    pub name: &'static str,
    pub subjects: [&'static str; 10],
    /// Its introductory courses have laboratories.
    pub has_labs: bool,
}

pub const DEPARTMENTS: &[Department] = &[
    Department {
        letters: "CS",
        name: "Computer Science",
        subjects: [
            "Programming",
            "Data Structures",
            "Algorithms",
            "Operating Systems",
            "Databases",
            "Computer Networks",
            "Machine Learning",
            "Compilers",
            "Computer Graphics",
            "Security",
        ],
        has_labs: true,
    },
    Department {
        letters: "MATH",
        name: "Mathematics",
        subjects: [
            "Calculus",
            "Linear Algebra",
            "Probability",
            "Real Analysis",
            "Abstract Algebra",
            "Topology",
            "Number Theory",
            "Differential Equations",
            "Statistics",
            "Logic",
        ],
        has_labs: false,
    },
    Department {
        letters: "PHYS",
        name: "Physics",
        subjects: [
            "Mechanics",
            "Electromagnetism",
            "Thermodynamics",
            "Quantum Physics",
            "Optics",
            "Astrophysics",
            "Solid State Physics",
            "Relativity",
            "Particle Physics",
            "Fluid Dynamics",
        ],
        has_labs: true,
    },
    Department {
        letters: "BIO",
        name: "Biology",
        subjects: [
            "Cell Biology",
            "Genetics",
            "Ecology",
            "Evolution",
            "Microbiology",
            "Plant Biology",
            "Neurobiology",
            "Immunology",
            "Marine Biology",
            "Bioinformatics",
        ],
        has_labs: true,
    },
    Department {
        letters: "CHEM",
        name: "Chemistry",
        subjects: [
            "General Chemistry",
            "Organic Chemistry",
            "Physical Chemistry",
            "Biochemistry",
            "Inorganic Chemistry",
            "Analytical Chemistry",
            "Polymers",
            "Spectroscopy",
            "Catalysis",
            "Green Chemistry",
        ],
        has_labs: true,
    },
    Department {
        letters: "ECON",
        name: "Economics",
        subjects: [
            "Microeconomics",
            "Macroeconomics",
            "Econometrics",
            "Game Theory",
            "Public Finance",
            "Labor Economics",
            "Development",
            "International Trade",
            "Behavioral Economics",
            "Monetary Policy",
        ],
        has_labs: false,
    },
    Department {
        letters: "HIST",
        name: "History",
        subjects: [
            "the Ancient World",
            "Medieval Europe",
            "Modern Africa",
            "Imperial China",
            "the Ottoman Empire",
            "Colonial America",
            "the Cold War",
            "Science and Society",
            "Migration",
            "the Industrial Revolution",
        ],
        has_labs: false,
    },
    Department {
        letters: "PSYC",
        name: "Psychology",
        subjects: [
            "Cognition",
            "Perception",
            "Developmental Psychology",
            "Social Psychology",
            "Memory",
            "Personality",
            "Clinical Psychology",
            "Language Acquisition",
            "Motivation",
            "Decision Making",
        ],
        has_labs: false,
    },
    Department {
        letters: "LIT",
        name: "Literature",
        subjects: [
            "Poetry",
            "the Novel",
            "World Drama",
            "Shakespeare",
            "Latin American Fiction",
            "Literary Theory",
            "Translation",
            "the Short Story",
            "Epic and Myth",
            "Creative Writing",
        ],
        has_labs: false,
    },
    Department {
        letters: "EE",
        name: "Electrical Engineering",
        subjects: [
            "Circuits",
            "Signals and Systems",
            "Electronics",
            "Control Systems",
            "Power Systems",
            "Communications",
            "Embedded Systems",
            "Robotics",
            "Photonics",
            "Antennas",
        ],
        has_labs: true,
    },
    Department {
        letters: "PHIL",
        name: "Philosophy",
        subjects: [
            "Ethics",
            "Epistemology",
            "Metaphysics",
            "Philosophy of Mind",
            "Political Philosophy",
            "Aesthetics",
            "Philosophy of Science",
            "Ancient Philosophy",
            "Existentialism",
            "Formal Logic",
        ],
        has_labs: false,
    },
    Department {
        letters: "MUS",
        name: "Music",
        subjects: [
            "Harmony",
            "Counterpoint",
            "Jazz",
            "Composition",
            "Music of Asia",
            "Orchestration",
            "Acoustics",
            "Electronic Music",
            "Opera",
            "Rhythm",
        ],
        has_labs: false,
    },
];

/// How a subject is taught at each level, with `{}` for the subject, and the credits it carries in quarters.
const LEVELS: [(&str, i64); 5] = [
    ("Introduction to {}", 400),
    ("Intermediate Studies in {}", 400),
    ("Advanced {}", 300),
    ("Seminar: Topics in {}", 250),
    ("Research Methods for {}", 200),
];

/// One course of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub department: usize,
    pub code: String,
    pub name: String,
    pub description: String,
    /// Hundredths.
    pub credits: i64,
    /// 0 for introductions.
    pub level: usize,
}

/// How many different courses there are.
pub const MOST: usize = DEPARTMENTS.len() * LEVELS.len() * 10;

/// The course of a number below [`MOST`]; the first ones are the introductions, across all departments.
pub fn subject(number: usize) -> Subject {
    let department = number % DEPARTMENTS.len();
    let rest = number / DEPARTMENTS.len();
    let (topic, level) = (rest % 10, rest / 10 % LEVELS.len());
    let of = &DEPARTMENTS[department];
    let (title, credits) = LEVELS[level];
    let name = title.replace("{}", of.subjects[topic]);
    // "Advanced the Novel" is no title.
    let name = name.replace("Advanced the ", "Advanced Studies of the ");
    let description = format!(
        "{name}, taught by the department of {}. {}",
        of.name,
        match level {
            0 => "No previous knowledge is expected.",
            1 => "Builds on the introductory course of the same subject.",
            2 => "For students in their third year; a project takes the place of the midterm.",
            3 => "Discussion of current papers in a small group; attendance counts.",
            _ => "Prepares for a thesis in the field.",
        }
    );
    let code = format!("{}{}", of.letters, (level + 1) * 100 + topic * 5 + 1);
    Subject { department, code, name, description, credits, level }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_different_and_as_the_default_pattern_wants_them() {
        let pattern = regex::Regex::new(r"^[A-Z]{2,4}\d{3}$").unwrap();
        let codes: BTreeSet<String> = (0..MOST).map(|number| subject(number).code).collect();
        assert_eq!(codes.len(), MOST);
        assert!(codes.iter().all(|code| pattern.is_match(code)));
    }
}
