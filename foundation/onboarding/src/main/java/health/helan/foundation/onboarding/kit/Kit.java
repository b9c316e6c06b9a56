package health.helan.foundation.onboarding.kit;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** What integrators download, made of what the platform is at the moment. */
public final class Kit {
  private Kit() {}

  /**
   * {@code $kit}.
   *
   * @param statement the CapabilityStatement as bytes, by base
   * @param operations those that the statement names
   */
  public static FhirOperation operation(
      RecordStore store,
      Function<String, byte[]> statement,
      Supplier<List<FhirOperation>> operations,
      String version,
      String released) {
    Function<String, ObjectNode> parsed =
        base -> (ObjectNode) Json.MAPPER.readTree(statement.apply(base));
    return new KitOperation(
        List.of(
            new KitFile(
                "package.tgz",
                "application/gzip",
                base ->
                    new FhirPackage(version, released)
                        .with(Conformance.ofPlatform(operations.get(), version, released))
                        .with(Conformance.inStore(store))
                        .with(parsed.apply(base).put("id", "helan"))
                        .bytes()),
            new KitFile(
                "openapi.json",
                "application/json",
                base -> Json.MAPPER.writeValueAsBytes(OpenApi.of(parsed.apply(base), base))),
            sample("helan-send.sh", "application/x-sh"),
            sample("HelanSender.java", "text/x-java-source")));
  }

  private static KitFile sample(String name, String mediaType) {
    return new KitFile(name, mediaType, _ -> read(name));
  }

  private static byte[] read(String name) {
    try (InputStream in =
        Kit.class.getResourceAsStream("/health/helan/foundation/onboarding/kit/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
