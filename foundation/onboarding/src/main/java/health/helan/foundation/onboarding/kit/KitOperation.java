package health.helan.foundation.onboarding.kit;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET $kit}: what integrators download, with {@code name}, {@code media-type}, {@code size}
 * and {@code sha256} of each {@code file}; {@code GET $kit?file=NAME}: the file.
 */
final class KitOperation implements FhirOperation {
  private final List<KitFile> files;

  KitOperation(List<KitFile> files) {
    this.files = List.copyOf(files);
  }

  @Override
  public Spec spec() {
    return new Spec(
        "kit",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/kit");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "kit");
    String name = call.text("file");
    if (name != null) {
      for (KitFile file : files) {
        if (file.name().equals(name)) {
          return Answer.file(file.content().apply(call.base()), file.mediaType(), file.name());
        }
      }
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          "onboarding.kit-unknown",
          name.matches("[A-Za-z0-9.-]{1,60}") ? name : "?");
    }
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    var list = parameters.putArray("parameter");
    for (KitFile file : files) {
      byte[] content = file.content().apply(call.base());
      var parts = list.addObject().put("name", "file").putArray("part");
      parts.addObject().put("name", "name").put("valueString", file.name());
      parts.addObject().put("name", "media-type").put("valueCode", file.mediaType());
      parts.addObject().put("name", "size").put("valueInteger", content.length);
      parts.addObject().put("name", "sha256").put("valueString", sha256(content));
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
