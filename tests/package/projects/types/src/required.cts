// The same package, required.

import assessments = require("assessments-edge");

const result: assessments.ValidationResult = assessments.validateCreateAssessment({});
const vendor: assessments.VendorId = assessments.parseId("x", "vendor").id;

export = { result, vendor, Client: assessments.AssessmentsClient };
