package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.LicenceState;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.registry.RegistryImport;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Refusal;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * {@code POST $registry-import}: a table (CSV or Excel) of institutions or practitioners with their
 * licences. Parameters: {@code kind} ({@code institutions, practitioners}), {@code file}
 * (base64Binary), {@code rehearse=true} to look only, {@code state=active} for the root alone.
 * Answers with counts, or with every row that is wrong; then nothing was written.
 */
final class ImportOperation implements FhirOperation {
  private final Registry registry;

  ImportOperation(Registry registry) {
    this.registry = registry;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "registry-import",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/registry-import");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "registry-import");
    var in = new In(call);
    RegistryImport.Kind kind = RegistryImport.Kind.of(in.need("kind"));
    if (kind == null) {
      throw In.wrong("kind");
    }
    String text = call.text("file");
    if (text == null || text.isBlank()) {
      throw new Refusal(Refusal.Kind.INVALID, "registry.parameter-missing", "file");
    }
    byte[] file;
    try {
      file = Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw In.wrong("file");
    }
    String state = in.text("state");
    LicenceState wanted = state == null ? LicenceState.FILED : LicenceState.of(state);
    RegistryImport.Result result =
        RegistryOperation.database(
            () ->
                new RegistryImport(registry)
                    .run(
                        call.store(),
                        call.caller(),
                        kind,
                        file,
                        wanted,
                        Boolean.TRUE.equals(in.flag("rehearse"))));
    var out = new Out();
    out.all()
        .number("rows", result.rows())
        .number("written", result.written())
        .number("there", result.there())
        .number("faults", result.faults().size());
    for (RegistryImport.Fault fault : result.faults()) {
      out.parts("fault")
          .number("row", fault.row())
          .text("column", fault.column())
          .text("text", sentence(call.language(), fault));
    }
    return out.answer();
  }

  private static String sentence(Locale language, RegistryImport.Fault fault) {
    return Messages.of(language, fault.key(), fault.arguments());
  }
}
