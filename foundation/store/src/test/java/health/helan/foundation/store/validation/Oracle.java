package health.helan.foundation.store.validation;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationResult;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.model.CanonicalResource;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;
import org.jspecify.annotations.Nullable;

/** HAPI's validator with what HL7 published for R4 and no terminology server. */
final class Oracle {
  private static final FhirValidator VALIDATOR = build();

  private Oracle() {}

  private static FhirValidator build() {
    FhirContext context = FhirContext.forR4();
    var chain =
        new ValidationSupportChain(
            new DefaultProfileValidationSupport(context),
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context));
    var module = new FhirInstanceValidator(chain);
    module.setAnyExtensionsAllowed(true);
    module.setErrorForUnknownProfiles(false);
    // Types of references are read off their text; nothing is fetched.
    module.setAssumeValidRestReferences(true);
    module.setValidatorPolicyAdvisor(
        new FhirDefaultPolicyAdvisor() {
          @Override
          public ReferenceValidationPolicy policyForReference(
              IResourceValidator validator,
              Object appContext,
              String path,
              String url,
              ReferenceDestinationType destinationType) {
            return ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS;
          }
        });
    module.setValidatorResourceFetcher(new NothingFetched());
    return context.newValidator().registerValidatorModule(module);
  }

  /**
   * Errors and worse; warnings are left out. Null where HAPI gives up: it does on some nulls in
   * lists and on a meta that is no object.
   */
  static @Nullable List<SingleValidationMessage> errors(String json) {
    ValidationResult result;
    try {
      result = VALIDATOR.validateWithResult(json);
    } catch (NullPointerException | ClassCastException e) {
      return null;
    }
    return result.getMessages().stream()
        .filter(m -> m.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0)
        .toList();
  }

  /** Every address counts as known and leads to nothing. */
  private static final class NothingFetched implements IValidatorResourceFetcher {
    @Override
    public @Nullable Element fetch(IResourceValidator validator, Object context, String url) {
      return null;
    }

    @Override
    public boolean resolveURL(
        IResourceValidator validator,
        Object context,
        String path,
        String url,
        String type,
        boolean canonical,
        List<CanonicalType> targets) {
      return true;
    }

    @Override
    public byte @Nullable [] fetchRaw(IResourceValidator validator, String url) {
      return null;
    }

    @Override
    public IValidatorResourceFetcher setLocale(Locale locale) {
      return this;
    }

    @Override
    public @Nullable CanonicalResource fetchCanonicalResource(
        IResourceValidator validator, Object context, String url) {
      return null;
    }

    @Override
    public boolean fetchesCanonicalResource(IResourceValidator validator, String url) {
      return false;
    }

    @Override
    public Set<ResourceVersionInformation> fetchCanonicalResourceVersions(
        IResourceValidator validator, Object context, String url) {
      return Set.of();
    }
  }
}
