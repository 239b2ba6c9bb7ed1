//! Public lists of pairs: those of high priority all interrupt, those that are not worth interrupting never do.

use super::{interrupts, members, pair};

/// Every medicine of the one class with every one of the other.
fn each(a: &[&str], b: &[&str]) -> Vec<(String, bool)> {
    let expand = |names: &[&str]| -> Vec<String> {
        let members = |name: &&str| match name.strip_prefix("class:") {
            Some(class) => members(class).into_iter().map(str::to_owned).collect(),
            None => vec![(*name).to_owned()],
        };
        names.iter().flat_map(members).collect()
    };
    let (a, b) = (expand(a), expand(b));
    let mut pairs = Vec::new();
    for one in &a {
        for other in b.iter().filter(|other| *other != one) {
            pairs.push((format!("{one} + {other}"), interrupts(pair(one, other))));
        }
    }
    pairs
}

/// Phansalkar et al., "High-priority drug-drug interactions for use in electronic health records",
/// J Am Med Inform Assoc 2012;19:735-743, table 2.
#[test]
fn the_fifteen_high_priority_pairs_interrupt_for_every_member() {
    let loud: &[(&[&str], &[&str])] = &[
        (&["amfetamine", "dexamfetamine", "lisdexamfetamine", "methylphenidate", "atomoxetine"], &["class:maoi"]),
        (&["atazanavir"], &["class:proton_pump_inhibitor"]),
        (&["febuxostat"], &["azathioprine", "mercaptopurine"]),
        (&["tizanidine"], &["class:cyp1a2_inhibitor_strong"]),
        (&["class:ergot_vasoconstrictor"], &["class:cyp3a4_inhibitor_strong"]),
        (&["simvastatin", "lovastatin"], &["class:cyp3a4_inhibitor_strong", "class:hiv_protease_inhibitor"]),
        (&["irinotecan"], &["class:cyp3a4_inhibitor_strong"]),
        (&["class:tricyclic"], &["class:maoi"]),
        (&["class:opioid"], &["class:maoi_nonselective"]),
        (&["pethidine", "tramadol", "tapentadol", "methadone", "dextromethorphan"], &["class:maoi"]),
        (&["class:qt_known_risk"], &["class:qt_known_risk"]),
        (&["ramelteon"], &["class:cyp1a2_inhibitor_strong"]),
        (&["class:ssri", "class:snri"], &["class:maoi"]),
        (&["class:hiv_protease_inhibitor"], &["st_johns_wort", "rifampicin"]),
        (&["tranylcypromine"], &["procarbazine"]),
        (&["class:triptan"], &["class:maoi_nonselective"]),
        (&["class:triptan_mao_metabolised"], &["class:maoi"]),
    ];
    let mut silent = Vec::new();
    for (a, b) in loud {
        let pairs = each(a, b);
        assert!(!pairs.is_empty(), "{a:?} {b:?}: nobody is in it");
        silent.extend(pairs.into_iter().filter(|(_, interrupts)| !interrupts).map(|(pair, _)| pair));
    }
    assert!(silent.is_empty(), "do not interrupt: {silent:?}");
}

/// Pairs that studies of alert fatigue found not worth an interruption (Phansalkar et al., J Am Med Inform
/// Assoc 2013;20:489-493, by class).
#[test]
fn pairs_not_worth_an_interruption_do_not_interrupt() {
    let quiet: &[(&[&str], &[&str])] = &[
        (&["class:nsaid"], &["class:loop_diuretic", "class:thiazide", "class:beta_blocker", "class:ssri"]),
        (
            &["class:beta_blocker"],
            &["class:sulfonylurea", "class:insulin", "class:calcium_channel_blocker_dihydropyridine"],
        ),
        (&["class:ace_inhibitor"], &["class:loop_diuretic", "class:thiazide", "class:insulin", "class:antacid"]),
        (&["levothyroxine"], &["class:iron_oral", "calcium_carbonate", "class:proton_pump_inhibitor"]),
        (&["class:fluoroquinolone", "class:tetracycline"], &["class:antacid", "class:iron_oral"]),
        (&["class:benzodiazepine"], &["class:proton_pump_inhibitor", "class:h2_antagonist"]),
        (&["digoxin"], &["class:loop_diuretic", "class:thiazide"]),
        (&["class:corticosteroid_systemic"], &["class:loop_diuretic", "class:thiazide", "class:insulin"]),
        (&["class:beta2_agonist"], &["class:loop_diuretic", "class:thiazide"]),
        (&["class:statin"], &["class:bile_acid_sequestrant", "class:antacid"]),
        (&["class:ssri"], &["class:beta_blocker_selective", "class:benzodiazepine"]),
        (&["class:bisphosphonate"], &["class:antacid", "class:iron_oral"]),
        (&["metformin"], &["class:thiazide", "class:loop_diuretic", "class:ace_inhibitor"]),
        (&["paracetamol"], &["class:beta_blocker", "class:statin", "class:ssri"]),
        (&["aspirin"], &["class:ace_inhibitor", "class:beta_blocker", "class:loop_diuretic"]),
        (&["allopurinol"], &["class:thiazide", "class:ace_inhibitor", "amoxicillin"]),
    ];
    let mut loud = Vec::new();
    for (a, b) in quiet {
        loud.extend(each(a, b).into_iter().filter(|(_, interrupts)| *interrupts).map(|(pair, _)| pair));
    }
    assert!(loud.is_empty(), "interrupt: {loud:?}");
}
