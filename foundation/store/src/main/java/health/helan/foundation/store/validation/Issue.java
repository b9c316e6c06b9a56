package health.helan.foundation.store.validation;

import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * A fault in a resource. Its text names elements, types and value sets of the specification and
 * names of properties that came in, never a value: values may be a resident's data, and the
 * expression leads the sender to them.
 *
 * @param code FHIR R4 IssueType: {@code structure}, {@code required}, {@code value}, {@code
 *     code-invalid}, {@code invariant}, {@code too-long}
 * @param expression FHIRPath of the place, {@code Patient.contact[0].gender}; a choice reads {@code
 *     Observation.value.ofType(Quantity).code}; empty if the resource has no usable type
 * @param messageKey of the sentence in {@code messages.properties} of this package
 * @param arguments fill the sentence, in order
 */
public record Issue(
    Severity severity, String code, String expression, String messageKey, List<String> arguments) {

  /** FHIR R4 IssueSeverity, as far as it is used here. */
  public enum Severity {
    ERROR,
    WARNING
  }

  /** The sentence in Chinese, or in English where {@code locale} asks for English. */
  public String text(Locale locale) {
    // No fallback: on a machine set to English, Chinese would otherwise come out in English.
    var bundle =
        ResourceBundle.getBundle(
            "health.helan.foundation.store.validation.messages",
            locale,
            Issue.class.getClassLoader(),
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    return new MessageFormat(bundle.getString(messageKey), locale).format(arguments.toArray());
  }
}
