package health.helan.demo;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.StrictErrorHandler;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/** What HAPI, an implementation of FHIR that is not ours, says about a resource. */
final class R4Validity {
  private static final FhirContext CONTEXT = FhirContext.forR4();
  private static final FhirValidator VALIDATOR = validator();

  private R4Validity() {}

  private static FhirValidator validator() {
    // Code systems that R4 does not ship (LOINC, ICD-10, our own) cannot be checked here.
    var unknown = new UnknownCodeSystemWarningValidationSupport(CONTEXT);
    unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.INFORMATION);
    var chain =
        new ValidationSupportChain(
            new DefaultProfileValidationSupport(CONTEXT),
            new CommonCodeSystemsTerminologyService(CONTEXT),
            new InMemoryTerminologyServerValidationSupport(CONTEXT),
            unknown);
    var module = new FhirInstanceValidator(chain);
    module.setErrorForUnknownProfiles(false);
    return CONTEXT.newValidator().registerValidatorModule(module);
  }

  /** Parses strictly: unknown elements, wrong types and values throw. */
  static void parseStrictly(String json) {
    IParser parser = CONTEXT.newJsonParser();
    parser.setParserErrorHandler(new StrictErrorHandler());
    parser.parseResource(json);
  }

  /** Errors of structure, cardinality, invariants and required bindings; empty if all is well. */
  static List<String> errors(String json) {
    return VALIDATOR.validateWithResult(json).getMessages().stream()
        .filter(message -> message.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0)
        .map(message -> message.getLocationString() + ": " + message.getMessage())
        .toList();
  }
}
