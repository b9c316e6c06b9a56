package health.helan.bench;

import com.github.luben.zstd.ZstdDictTrainer;
import health.helan.demo.Region;
import health.helan.demo.SyntheaLike;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the compression dictionary of the store's content from synthetic resources: those of the
 * demo region and those in the shapes of Synthea. A dictionary is kept for ever once rows were
 * written with it; a better one gets a new number in {@code ZstdCodec}.
 *
 * <p>Arguments: the file to write.
 */
public final class TrainDictionary {
  private static final int DICTIONARY_BYTES = 96 << 10;
  private static final int SAMPLE_BYTES = 24 << 20;
  private static final int LARGEST_SAMPLE = 16 << 10;

  private TrainDictionary() {}

  public static void main(String[] arguments) throws IOException {
    List<byte[]> region = new ArrayList<>();
    try (var bundles = Region.of(1, 400).bundles()) {
      bundles.forEach(bundle -> collect(bundle.json(), region));
    }
    List<byte[]> synthea = new ArrayList<>();
    try (Stream<byte[]> bundles = SyntheaLike.bundles(SyntheaLike.MOST_PATIENTS)) {
      bundles.forEach(bundle -> collect(bundle, synthea));
    }
    var trainer = new ZstdDictTrainer(SAMPLE_BYTES, DICTIONARY_BYTES);
    int taken = 0;
    var random = new Random(1);
    Collections.shuffle(region, random);
    for (List<byte[]> samples : List.of(synthea, region)) {
      for (byte[] sample : samples) {
        if (!trainer.addSample(sample)) {
          break;
        }
        taken++;
      }
    }
    byte[] dictionary = trainer.trainSamples();
    Files.write(Path.of(arguments[0]), dictionary);
    System.out.printf(
        "%d samples (%d in Synthea's shapes), dictionary of %d bytes%n",
        taken, synthea.size(), dictionary.length);
  }

  /** The resources of a bundle in the form the store keeps them. */
  private static void collect(byte[] bundle, List<byte[]> into) {
    for (JsonNode entry : Json.MAPPER.readTree(bundle).path("entry")) {
      if (!(entry.get("resource") instanceof ObjectNode resource)) {
        continue;
      }
      ObjectNode stored = Json.MAPPER.createObjectNode();
      stored.set("resourceType", resource.get("resourceType"));
      stored.put("id", Ids.next(into.size() & (Ids.HOMES - 1)));
      ObjectNode meta = stored.putObject("meta");
      meta.put("versionId", "1");
      meta.put("lastUpdated", "2026-11-22T01:02:03.456Z");
      for (Map.Entry<String, JsonNode> property : resource.path("meta").properties()) {
        meta.set(property.getKey(), property.getValue());
      }
      for (Map.Entry<String, JsonNode> property : resource.properties()) {
        if (!stored.has(property.getKey())) {
          stored.set(property.getKey(), property.getValue());
        }
      }
      // As the store resolves them, near enough: what matters is the shape.
      String text =
          Json.MAPPER
              .writeValueAsString(stored)
              .replaceAll(
                  "\"encounter\":\\{\"reference\":\"urn:uuid:[0-9a-f-]{36}",
                  "\"encounter\":{\"reference\":\"Encounter/"
                      + Ids.next(into.size() & (Ids.HOMES - 1)))
              .replaceAll(
                  "\"reference\":\"urn:uuid:[0-9a-f-]{36}",
                  "\"reference\":\"Patient/" + Ids.next(into.size() & (Ids.HOMES - 1)));
      byte[] json = text.getBytes(StandardCharsets.UTF_8);
      if (json.length <= LARGEST_SAMPLE) {
        into.add(json);
      }
    }
  }
}
