// What the people, vendors, findings and so on of the demo's year are called.

/** Name, where they stand, and the part of their address before the @. The first is the demo's user. */
export const PEOPLE = [
  ["Ingrid Sørensen", "active", "ingrid"],
  ["Marek Dvořák", "active", "marek"],
  ["Aoife Ní Bhriain", "active", "aoife"],
  ["佐藤 美咲", "active", "misaki"],
  ["Юлія Коваленко", "active", "yuliia"],
  ["Thabo Nkosi", "active", "thabo"],
  ["नेहा शर्मा", "active", "neha"],
  ["Élodie Garçon", "active", "elodie"],
  ["نور الحداد", "active", "nour"],
  ["Lucía Peña", "active", "lucia"],
  ["Tom Blackwood", "invited", "tom"],
  ["Zsófia Őri", "inactive", "zsofia"],
];
/** How many of them, from the first on, analyse risks. */
export const ANALYSTS = 5;

/** What vendors of a sector do. */
export const SERVICES = {
  payments: ["Card acquiring", "Payout rails", "Chargeback desk"],
  cloud: ["Object storage", "Managed databases", "Backup vault"],
  identity: ["Single sign-on", "Privileged access"],
  archive: ["Document archive", "Records destruction"],
  print: ["Policy printing", "Mail-out"],
  claims: ["Claims intake", "Loss adjusting"],
  analytics: ["Pricing models", "Fraud scoring", "Reporting warehouse"],
  telephony: ["Contact centre", "Call recording"],
  language: ["Document translation"],
  payroll: ["Payroll", "Expense cards"],
  fleet: ["Vehicle telematics"],
  office: ["Office supplies"],
};

/** How often vendors of each criticality are assessed in a year. */
export const TIMES_A_YEAR = { Critical: 6, High: 4, Medium: 3, Low: 2 };

/** Name, criticality, sector; `new` were onboarded this year, `gone` are archived and were assessed once. */
export const VENDORS = [
  ["Fjellvarde Cloud AS", "Critical", "cloud"],
  ["Brisamar Pagamentos Ltda.", "Critical", "payments"],
  ["高原データ基盤株式会社", "Critical", "cloud"],
  ["Zürichseer Rückversicherungs-IT AG", "Critical", "analytics"],
  ["ООО «Тихая Гавань Данных»", "Critical", "archive"],
  ["Σύννεφο Αιγαίου Α.Ε.", "Critical", "cloud"],
  ["Hélios Télématique SAS", "Critical", "fleet"],
  ["Quillfeather Identity", "Critical", "identity"],
  ["Castellón Nóminas S.L.", "Critical", "payroll"],
  ["شركة نخلة للدفع الإلكتروني", "Critical", "payments", "new"],
  ["Łódzkie Repozytorium Danych", "High", "archive"],
  ["Đông Hải Analytics", "High", "analytics", "new"],
  ["מגדלור אבטחת זהויות בע״מ", "High", "identity"],
  ["आकाशदीप क्लाउड प्राइवेट लिमिटेड", "High", "cloud", "new"],
  ["Příbramská tiskárna s.r.o.", "High", "print"],
  ["さくら帳票サービス", "High", "print"],
  ["Bramblewick Claims Handling", "High", "claims"],
  ["Göteborgs Arkivtjänst AB", "High", "archive"],
  ["Ιόνιος Αρχειοθέτηση Ο.Ε.", "High", "archive", "new"],
  ["한빛나루 소프트", "High", "analytics"],
  ["Pequod Fleet Telematics", "Medium", "fleet"],
  ["Țărmuri Soft SRL", "Medium", "analytics"],
  ["İzmir Çağrı Merkezi A.Ş.", "Medium", "telephony"],
  ["青葉翻訳事務所", "Medium", "language"],
  ["Mañana Peritaciones", "Medium", "claims"],
  ["Дніпровська Аналітика", "Medium", "analytics", "new"],
  ["Åbo Survey Oy", "Medium", "claims"],
  ["இளநிலா தொழில்நுட்பம்", "Medium", "telephony"],
  ["Copperline Telephony", "Medium", "telephony"],
  ["น้ำใสคลาวด์", "Medium", "cloud", "new"],
  ["Vögeli & Söhne Prüfdienst", "Medium", "claims"],
  ["Ó Dálaigh Actuarial", "Medium", "analytics"],
  ["Marigold Catering Supplies", "Low", "office"],
  ["Κυκλάδες Μεταφράσεις", "Low", "language"],
  ["دار الورق للأرشفة", "Low", "archive"],
  ["Šumava Fotografie", "Low", "print"],
  ["Tuckahoe Office Plants", "Low", "office"],
  ["लोटस प्रिंट हाउस", "Low", "print"],
  ["Blue Kiln Mailroom", "Low", "print", "gone"],
  ["Ещё Одна Типография", "Low", "print", "gone"],
];

/** The last is archived. */
export const CONTROL_SETS = [
  "SOC 2 Trust Services Criteria",
  "ISO/IEC 27001:2022",
  "DORA ICT third-party risk",
  "NIST CSF 2.0",
  "GDPR Article 28",
  "PCI DSS 4.0.1",
  "ISO/IEC 42001 (AI)",
  "SIG Lite 2023",
];

/** `{year}` is that of the day, or the one before. */
export const DOCUMENTS = [
  "SOC 2 Type II {year}.pdf",
  "ISO 27001 certificate.pdf",
  "Penetration test {year}, summary.pdf",
  "Data processing agreement.pdf",
  "Business continuity plan.docx",
  "Subprocessors.xlsx",
  "Cyber insurance {year}.pdf",
  "Security questionnaire {year}.xlsx",
];

export const FINDINGS = [
  "Encryption at rest is not described for backups",
  "No evidence of an annual access review",
  "The penetration test is older than a year",
  "Subprocessors are not listed with their locations",
  "Multi-factor authentication is optional for administrators",
  "The incident response plan was not exercised this year",
  "Recovery time objectives are not tested",
  "Leavers keep access for up to five days",
  "The SOC 2 report has a qualified opinion on change management",
  "No exit plan for a critical service",
  "Log retention is shorter than the contract demands",
  "Production data is used in test systems",
  "The data processing agreement names superseded clauses",
  "Vulnerabilities rated high stay open for more than 30 days",
  "Security training was completed by 71 % of the staff",
  "The ISO 27001 certificate does not cover the hosting location",
  "Notification of breaches takes 96 hours, 72 are agreed",
  "Keys are shared between customers",
  "No named owner for the service on the vendor's side",
  "Backups lie in the same region as the data",
  "Card numbers appear in support tickets",
  "The right to audit is limited to documents",
  "Concentration: three of our vendors rely on the same data centre",
  "Source code escrow has lapsed",
  "Automated decisions are not documented for those concerned",
  "Remote maintenance is not recorded",
];

export const REGULATIONS = ["DORA", "GDPR", "Solvency II", "PCI DSS", "EU AI Act"];
