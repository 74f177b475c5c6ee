//! The built-in data sets as numbers.

/// Everything that tells one simulation from another.
pub(super) struct Preset {
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub n_genes: usize,
    /// Median library size.
    pub depth: f64,
    pub types: &'static [CellType],
    pub treatment: Treatment,
    pub batches: &'static [Batch],
    /// (type, batch) pairs without cells.
    pub missing: &'static [(usize, usize)],
    /// Names for the genes that respond most.
    pub symbols: &'static [&'static str],
    /// Median log fold change of an ordinary responding gene at saturation, for strength 1.
    pub effect: f64,
    /// Mean log fold change of a named gene at saturation, for strength 1.
    pub signature: f64,
}

/// A cell type.
pub(super) struct CellType {
    pub name: &'static str,
    /// Types of one lineage share programmes and responses.
    pub lineage: usize,
    /// How strongly the type responds; 1 is the strongest.
    pub strength: f64,
    /// Cells per arm.
    pub cells: usize,
}

/// A batch and how its library sizes compare with the first one's.
pub(super) struct Batch {
    pub name: &'static str,
    pub depth: f64,
}

/// What was done to the cells.
pub(super) enum Treatment {
    None,
    /// Condition labels: the control and one that is saturating.
    Conditions([&'static str; 2]),
    /// Doses ascending, the first being zero.
    Doses(&'static [f64]),
}

impl Treatment {
    pub fn n_arms(&self) -> usize {
        match self {
            Self::None => 1,
            Self::Conditions(_) => 2,
            Self::Doses(doses) => doses.len(),
        }
    }

    /// The arms as the truth names them.
    pub fn labels(&self) -> Vec<String> {
        match self {
            Self::None => vec!["untreated".to_owned()],
            Self::Conditions(labels) => labels.iter().map(|&label| label.to_owned()).collect(),
            Self::Doses(doses) => doses.iter().map(f64::to_string).collect(),
        }
    }

    /// The dose of an arm; infinite for a saturating condition.
    pub fn dose(&self, arm: usize) -> f64 {
        match self {
            Self::Doses(doses) => doses[arm],
            Self::None | Self::Conditions(_) if arm == 0 => 0.0,
            Self::None | Self::Conditions(_) => f64::INFINITY,
        }
    }
}

const fn cell_type(name: &'static str, lineage: usize, strength: f64, cells: usize) -> CellType {
    CellType { name, lineage, strength, cells }
}

/// Doses in ug/kg (Nault et al. 2022: TCDD, mouse liver).
const TCDD_DOSES: [f64; 9] = [0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

const ONE_BATCH: [Batch; 1] = [Batch { name: "1", depth: 1.0 }];

/// Genes that TCDD induces in mouse liver.
const LIVER_SYMBOLS: [&str; 40] = [
    "Cyp1a1",
    "Cyp1a2",
    "Tiparp",
    "Nqo1",
    "Ahrr",
    "Cyp1b1",
    "Ugt1a6b",
    "Aldh3a1",
    "Gsta1",
    "Fmo3",
    "Ugdh",
    "Tnfaip8l3",
    "Pdk4",
    "Cd36",
    "Htatip2",
    "Xdh",
    "Selenbp1",
    "Slc46a3",
    "Gpnmb",
    "Enpp1",
    "Lpl",
    "Abcc4",
    "Gdf15",
    "Nfe2l2",
    "Ifit1",
    "Acot2",
    "Cidea",
    "Slc7a5",
    "Fabp12",
    "Pls1",
    "Serpina7",
    "Scd1",
    "Elovl3",
    "Mup3",
    "Igfbp1",
    "Cyp7b1",
    "Hsd3b5",
    "Gas2",
    "Fgf21",
    "Apol7c",
];

/// Genes that interferon beta induces in human blood cells.
const INTERFERON_SYMBOLS: [&str; 40] = [
    "ISG15", "IFI6", "IFIT1", "ISG20", "CXCL10", "IFIT3", "IFIT2", "MX1", "LY6E", "CXCL11", "RSAD2", "TNFSF10", "OAS1",
    "IFITM3", "APOBEC3A", "CCL8", "IFI35", "IRF7", "CCL2", "OAS3", "OASL", "IFI44L", "HERC5", "XAF1", "MX2", "SAMD9L",
    "IFI44", "DDX58", "PLSCR1", "USP18", "EPSTI1", "BST2", "STAT1", "GBP1", "SP110", "EIF2AK2", "TRIM22", "PARP14",
    "IDO1", "IFIH1",
];

/// The first is the one for a first visit.
pub(super) const PRESETS: [Preset; 4] = [
    Preset {
        name: "liver-dose-response",
        title: "Liver, nine doses, six cell types",
        description: "Modelled on mouse livers after nine doses of TCDD (ug/kg): both kinds of hepatocytes respond \
                      strongly and alike, the other types less and in part with other genes.",
        n_genes: 1000,
        depth: 3500.0,
        types: &[
            cell_type("Hepatocytes - portal", 0, 1.0, 50),
            cell_type("Hepatocytes - central", 0, 0.95, 48),
            cell_type("Cholangiocytes", 1, 0.5, 42),
            cell_type("Endothelial Cells", 2, 0.55, 44),
            cell_type("Stellate Cells", 2, 0.5, 42),
            cell_type("Portal Fibroblasts", 2, 0.45, 41),
        ],
        treatment: Treatment::Doses(&TCDD_DOSES),
        batches: &ONE_BATCH,
        missing: &[],
        symbols: &LIVER_SYMBOLS,
        effect: 1.5,
        signature: 3.4,
    },
    Preset {
        name: "liver-dose-response-11",
        title: "Liver, nine doses, eleven cell types",
        description: "The liver after nine doses with five more cell types, immune cells among them; fewer cells of \
                      each type and dose.",
        n_genes: 1000,
        depth: 3500.0,
        types: &[
            cell_type("B Cells", 3, 0.4, 30),
            cell_type("Cholangiocytes", 1, 0.5, 30),
            cell_type("Endothelial Cells", 2, 0.55, 30),
            cell_type("Hepatocytes - central", 0, 0.95, 31),
            cell_type("Hepatocytes - portal", 0, 1.0, 32),
            cell_type("Macrophage", 3, 0.6, 30),
            cell_type("Neutrophils", 3, 0.4, 30),
            cell_type("Portal Fibroblasts", 2, 0.45, 30),
            cell_type("Stellate Cells", 2, 0.5, 30),
            cell_type("Subtype 1", 0, 0.7, 30),
            cell_type("T Cells", 3, 0.4, 30),
        ],
        treatment: Treatment::Doses(&TCDD_DOSES),
        batches: &ONE_BATCH,
        missing: &[],
        symbols: &LIVER_SYMBOLS,
        effect: 1.5,
        signature: 3.4,
    },
    Preset {
        name: "pbmc-two-condition",
        title: "Blood cells with and without interferon",
        description: "Modelled on blood cells with and without interferon beta: all seven types respond with a common \
                      set of genes, the myeloid ones with further genes.",
        n_genes: 1000,
        depth: 2500.0,
        types: &[
            cell_type("B", 1, 0.9, 140),
            cell_type("CD14+Mono", 0, 1.0, 200),
            cell_type("CD4T", 1, 0.95, 250),
            cell_type("CD8T", 1, 0.9, 120),
            cell_type("Dendritic", 0, 0.95, 80),
            cell_type("FCGR3A+Mono", 0, 1.0, 100),
            cell_type("NK", 1, 0.95, 110),
        ],
        treatment: Treatment::Conditions(["control", "stimulated"]),
        batches: &ONE_BATCH,
        missing: &[],
        symbols: &INTERFERON_SYMBOLS,
        effect: 0.55,
        signature: 3.1,
    },
    Preset {
        name: "marrow-two-batches",
        title: "Bone marrow in two batches",
        description: "Untreated marrow cells, measured twice with a batch effect; the megakaryocytes are missing in \
                      the second batch.",
        n_genes: 1000,
        depth: 3500.0,
        types: &[
            cell_type("HSC", 0, 0.0, 300),
            cell_type("Erythroid progenitors", 0, 0.0, 400),
            cell_type("Megakaryocytes", 0, 0.0, 150),
            cell_type("Monocytes", 1, 0.0, 400),
            cell_type("Neutrophils", 1, 0.0, 300),
            cell_type("B cells", 2, 0.0, 250),
            cell_type("T cells", 2, 0.0, 250),
        ],
        treatment: Treatment::None,
        batches: &[Batch { name: "batch_1", depth: 1.0 }, Batch { name: "batch_2", depth: 0.6 }],
        missing: &[(2, 1)],
        symbols: &[],
        effect: 0.0,
        signature: 0.0,
    },
];
