//! Names of the people of a university that the whole world comes to.

use rand::RngExt;
use rand::rngs::StdRng;
use unicode_normalization::UnicodeNormalization;

/// Given names, family names, and whether the family name comes first.
struct Culture {
    given: &'static [&'static str],
    family: &'static [&'static str],
    family_first: bool,
}

const CULTURES: &[Culture] = &[
    Culture {
        given: &[
            "Emma", "Liam", "Olivia", "Noah", "Grace", "Ethan", "Hannah", "Caleb", "Maya", "Owen", "Zoe",
            "Jack",
        ],
        family: &[
            "Smith", "O'Brien", "Taylor", "Walker", "Bennett", "Hughes", "Morgan", "Reed", "Carter",
            "MacLeod",
        ],
        family_first: false,
    },
    Culture {
        given: &[
            "José",
            "María",
            "Lucía",
            "Mateo",
            "Camila",
            "Diego",
            "Sofía",
            "Andrés",
            "Valentina",
            "Joaquín",
        ],
        family: &[
            "García",
            "Hernández",
            "Muñoz",
            "Peña",
            "Rodríguez",
            "Ibáñez",
            "Castro",
            "Vargas",
            "Núñez",
            "Rojas",
        ],
        family_first: false,
    },
    Culture {
        given: &["Wei", "Xiaoming", "Jing", "Yifan", "Meilin", "Haoran", "Yutong", "Zihan", "Lihua", "Bowen"],
        family: &["Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Zhao", "Huang", "Zhou", "Xu", "Sun", "Ma"],
        family_first: true,
    },
    Culture {
        given: &[
            "Aarav", "Ananya", "Rohan", "Priya", "Ishaan", "Kavya", "Vikram", "Meera", "Arjun", "Nisha",
            "Dev",
        ],
        family: &[
            "Sharma", "Patel", "Iyer", "Reddy", "Gupta", "Nair", "Banerjee", "Singh", "Kulkarni", "Joshi",
        ],
        family_first: false,
    },
    Culture {
        given: &[
            "Thị Mai",
            "Minh Anh",
            "Quang Huy",
            "Thu Hà",
            "Hoàng Nam",
            "Bảo Ngọc",
            "Khánh Linh",
            "Anh Tuấn",
        ],
        family: &["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Bùi", "Hồ"],
        family_first: true,
    },
    Culture {
        given: &["Fatima", "Omar", "Layla", "Yusuf", "Amira", "Khalid", "Noor", "Hassan", "Salma", "Tariq"],
        family: &[
            "Haddad", "Al-Masri", "Mansour", "Khalil", "Nasser", "Rahman", "El-Sayed", "Aziz", "Farouk",
        ],
        family_first: false,
    },
    Culture {
        given: &["Minjun", "Seoyeon", "Jiwoo", "Hajun", "Soyoung", "Dohyun", "Yuna", "Taeyang"],
        family: &["Kim", "Park", "Choi", "Jung", "Kang", "Yoon", "Lim", "Shin"],
        family_first: true,
    },
    Culture {
        given: &[
            "Chinedu", "Amara", "Kwame", "Zainab", "Tunde", "Ngozi", "Thandiwe", "Sipho", "Wanjiru", "Abebe",
        ],
        family: &[
            "Okafor", "Mensah", "Adeyemi", "Nkosi", "Mwangi", "Diallo", "Tesfaye", "Dlamini", "Boateng",
        ],
        family_first: false,
    },
    Culture {
        given: &[
            "Anna",
            "Jakub",
            "Katarína",
            "Tomáš",
            "Zsófia",
            "Luca",
            "Chloé",
            "Jürgen",
            "Ingrid",
            "Björn",
            "Elena",
        ],
        family: &[
            "Müller",
            "Novák",
            "Kovács",
            "Rossi",
            "Dubois",
            "Lindström",
            "Popescu",
            "Jansen",
            "Horvat",
            "Silva",
        ],
        family_first: false,
    },
];

/// A full name, and the same in letters an address can have.
pub fn person(rng: &mut StdRng) -> (String, String) {
    let culture = &CULTURES[rng.random_range(0..CULTURES.len())];
    let given = culture.given[rng.random_range(0..culture.given.len())];
    let family = culture.family[rng.random_range(0..culture.family.len())];
    let name = if culture.family_first { format!("{family} {given}") } else { format!("{given} {family}") };
    (name, format!("{}.{}", slug(given), slug(family)))
}

fn slug(name: &str) -> String {
    name.to_lowercase().nfkd().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::http::text;

    #[test]
    fn every_name_makes_a_name_and_an_address() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..500 {
            let (name, slug) = person(&mut rng);
            assert_eq!(text::line("full_name", &name, 2, 255).as_deref(), Ok(name.as_str()));
            assert!(text::email("email", &format!("{slug}@uems.test")).is_ok(), "{slug}");
        }
    }
}
