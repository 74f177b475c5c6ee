//! Which published study the data of some results look like.

/// A study whose numbers many papers report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Study {
    /// Kang et al. 2018: blood cells with and without interferon beta.
    Kang,
    /// Nault et al. 2022: mouse liver under eight doses of TCDD.
    Nault,
}

/// The seven types of the scGen file and what else they are called, see [`plain`].
const KANG: [(&str, &[&str]); 7] = [
    ("B", &["b"]),
    ("CD14+Mono", &["cd14mono"]),
    ("CD4T", &["cd4t"]),
    ("CD8T", &["cd8t"]),
    ("Dendritic", &["dendritic", "dc"]),
    ("FCGR3A+Mono", &["fcgr3amono", "cd16mono", "fmono"]),
    ("NK", &["nk", "naturalkiller"]),
];

/// The eleven types of the thesis.
const NAULT: [(&str, &[&str]); 11] = [
    ("B Cells", &["b"]),
    ("Cholangiocytes", &["cholangiocytes", "cholangiocyte"]),
    ("Endothelial Cells", &["endothelial"]),
    ("Hepatocytes - central", &["hepatocytescentral", "centralhepatocytes"]),
    ("Hepatocytes - portal", &["hepatocytesportal", "portalhepatocytes"]),
    ("Macrophage", &["macrophage", "macrophages"]),
    ("Neutrophils", &["neutrophils", "neutrophil"]),
    ("Portal Fibroblasts", &["portalfibroblasts", "portalfibroblast"]),
    ("Stellate Cells", &["stellate", "hepaticstellate"]),
    ("Subtype 1", &["subtype1"]),
    ("T Cells", &["t"]),
];

const NAULT_DOSES: [f64; 8] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

/// Fewest types that have to be known by name; all of them, where there are fewer.
const ENOUGH: usize = 3;

impl Study {
    /// The study that data with these cell types and treatments (label and dose) look like. At least half of the types and three of
    /// them (or all) must be the study's, up to naming; for Kang a treatment must be a stimulation, for Nault all
    /// doses must be among the eight, and there must be two.
    #[must_use]
    pub fn of<'a>(
        cell_types: impl IntoIterator<Item = &'a str>,
        arms: impl IntoIterator<Item = (&'a str, Option<f64>)>,
    ) -> Option<Self> {
        let cell_types: Vec<&str> = cell_types.into_iter().collect();
        let arms: Vec<(&str, Option<f64>)> = arms.into_iter().collect();
        let has_types = |study: Self| {
            let found = cell_types.iter().filter(|name| study.cell_type(name).is_some()).count();
            found >= ENOUGH.min(cell_types.len().max(1)) && found * 2 >= cell_types.len()
        };
        let stimulated = |label: &str| {
            let label = label.to_lowercase();
            label.contains("stim") || label.contains("ifn") || label.contains("interferon")
        };
        let doses: Vec<f64> = arms.iter().filter_map(|(_, dose)| *dose).filter(|dose| *dose > 0.0).collect();
        if doses.is_empty() && arms.iter().any(|(label, _)| stimulated(label)) && has_types(Self::Kang) {
            return Some(Self::Kang);
        }
        let all_known = doses.iter().all(|dose| Self::Nault.dose(*dose).is_some());
        (doses.len() > 1 && all_known && has_types(Self::Nault)).then_some(Self::Nault)
    }

    /// The study's own name of a cell type.
    #[must_use]
    pub fn cell_type(self, name: &str) -> Option<&'static str> {
        let name = plain(name);
        let known: &[(&'static str, &[&str])] = match self {
            Self::Kang => &KANG,
            Self::Nault => &NAULT,
        };
        known.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(own, _)| *own)
    }

    /// How many cell types it has.
    #[must_use]
    pub fn n_types(self) -> usize {
        match self {
            Self::Kang => KANG.len(),
            Self::Nault => NAULT.len(),
        }
    }

    /// The study's own form of a dose.
    #[must_use]
    pub fn dose(self, dose: f64) -> Option<f64> {
        match self {
            Self::Kang => None,
            Self::Nault => NAULT_DOSES.into_iter().find(|known| (known - dose).abs() < known * 1e-3),
        }
    }

    /// What it is called in a label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kang => "Kang",
            Self::Nault => "Nault",
        }
    }
}

/// A name without spaces, signs, `cells` and the end of `monocytes`: `CD14+ Monocytes` and `CD14+Mono` are one.
fn plain(name: &str) -> String {
    let name: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.replace("monocytes", "mono").replace("monocyte", "mono");
    let short = name.strip_suffix("cells").or_else(|| name.strip_suffix("cell"));
    short.map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STIMULATED: [(&str, Option<f64>); 1] = [("stimulated", None)];

    #[test]
    fn kang_is_known_under_other_names() {
        let scgen = ["B", "CD14+Mono", "CD4T", "CD8T", "Dendritic", "FCGR3A+Mono", "NK"];
        let other = [
            "B cells",
            "CD14+ Monocytes",
            "CD4 T cells",
            "CD8 T cells",
            "Dendritic cells",
            "FCGR3A+ Monocytes",
            "NK cells",
            "Megakaryocytes",
        ];
        let seurat = ["B", "CD14 Mono", "CD16 Mono", "DC", "NK", "CD8 T", "Mk", "pDC", "Eryth"];
        for types in [&scgen[..], &other, &seurat, &scgen[2..3]] {
            assert_eq!(Study::of(types.iter().copied(), STIMULATED), Some(Study::Kang), "{types:?}");
        }
        assert_eq!(Study::Kang.cell_type("CD14+ Monocytes"), Some("CD14+Mono"));
        assert_eq!(Study::Kang.cell_type("Monocytes"), None);
        let none = Study::of(scgen, [("infected", None)]);
        assert_eq!(none, None, "another treatment");
        assert_eq!(Study::of(scgen, [("stim 1", Some(1.0)), ("stim 10", Some(10.0))]), None, "doses");
        assert_eq!(Study::of(["B", "NK", "Hepatocytes", "Neurons"], STIMULATED), None, "too few types");
        assert_eq!(Study::of([], STIMULATED), None);
    }

    #[test]
    fn nault_is_known_by_types_and_doses() {
        let types = [
            "Hepatocytes - portal",
            "Hepatocytes - central",
            "Cholangiocytes",
            "Stellate Cells",
            "Portal Fibroblasts",
            "Endothelial Cells",
        ];
        let arms = |doses: &[f64]| doses.iter().map(|dose| ("TCDD", Some(*dose))).collect::<Vec<_>>();
        assert_eq!(Study::of(types, arms(&NAULT_DOSES)), Some(Study::Nault));
        assert_eq!(Study::of(types, arms(&[1.0, 30.0])), Some(Study::Nault));
        assert_eq!(Study::of(types, arms(&[1.0, 20.0])), None, "another dose");
        assert_eq!(Study::of(types, arms(&[30.0])), None, "one dose says too little");
        assert_eq!(Study::of(["A", "B", "C"], arms(&NAULT_DOSES)), None);
    }
}
