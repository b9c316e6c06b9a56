package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.Licence;
import health.helan.foundation.registry.LicenceKind;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST Practitioner/[id]/$file}, and the same on Organization and HealthcareService: files a
 * licence. Parameters: {@code kind} (a code of {@link LicenceKind}), {@code number}, {@code start},
 * {@code end} (dates; the last day is part of it), {@code issuer}, {@code scope} (repeats), {@code
 * reason}. Answers with the resource.
 */
final class FileLicenceOperation implements FhirOperation {
  private final Registry registry;

  FileLicenceOperation(Registry registry) {
    this.registry = registry;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "file",
        Set.of(Level.INSTANCE),
        RegistryOperations.HOLDERS,
        true,
        "https://helan.health/fhir/OperationDefinition/registry-file");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), RegistryOperations.STEP);
    var in = new In(call);
    LicenceKind kind = LicenceKind.of(in.need("kind"));
    String number = in.need("number");
    if (kind == null) {
      throw In.wrong("kind");
    }
    if (number.length() > 64 || !number.matches("[\\p{L}\\p{N}() （）〔〕\\[\\]./-]+")) {
      throw In.wrong("number");
    }
    Outcome outcome =
        registry.file(
            call.store(),
            call.caller(),
            Objects.requireNonNull(call.type()),
            Objects.requireNonNull(call.id()),
            new Licence.Filing(
                kind,
                number,
                in.date("start"),
                in.date("end"),
                in.text("issuer"),
                in.list("scope")),
            in.reason(),
            call.ifMatch());
    return answer(outcome);
  }

  static Answer answer(Outcome outcome) {
    byte[] content = outcome.content();
    if (content == null) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "registry.database");
    }
    return new Answer(200, content, null, outcome.version(), outcome.updated());
  }
}
