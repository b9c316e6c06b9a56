package health.helan.foundation.onboarding.kit;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET $kit}: what integrators download, with {@code name}, {@code media-type}, {@code size}
 * and {@code sha256} of each {@code file}; {@code GET $kit?file=NAME}: the file.
 */
final class KitOperation implements FhirOperation {
  private static final Duration LISTED = Duration.ofMinutes(1);
  private static final int MOST_LISTS = 8;

  private final List<KitFile> files;

  /** By the base that the files speak of. */
  private final Map<String, Listed> lists =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Listed> eldest) {
          return size() > MOST_LISTS;
        }
      };

  @SuppressWarnings("ArrayRecordComponent") // An answer, compared by nobody.
  private record Listed(byte[] list, long until) {}

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
    return Answer.ok(listed(call.base()));
  }

  /** The list, made anew after a minute: the package in it takes everything that is active. */
  private synchronized byte[] listed(String base) {
    Listed kept = lists.get(base);
    if (kept == null || kept.until() - System.nanoTime() <= 0) {
      kept = new Listed(list(base), System.nanoTime() + LISTED.toNanos());
      lists.put(base, kept);
    }
    return kept.list();
  }

  private byte[] list(String base) {
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    var list = parameters.putArray("parameter");
    for (KitFile file : files) {
      byte[] content = file.content().apply(base);
      var parts = list.addObject().put("name", "file").putArray("part");
      parts.addObject().put("name", "name").put("valueString", file.name());
      parts.addObject().put("name", "media-type").put("valueCode", file.mediaType());
      parts.addObject().put("name", "size").put("valueInteger", content.length);
      parts.addObject().put("name", "sha256").put("valueString", sha256(content));
    }
    return Json.MAPPER.writeValueAsBytes(parameters);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
