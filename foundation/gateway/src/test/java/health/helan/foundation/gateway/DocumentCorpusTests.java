package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Clinical documents made by others, from a folder beside the project that need not be there: what
 * becomes of each, and how many resources of which type, is pinned in {@code
 * document-verdicts.txt}, by its name alone.
 */
class DocumentCorpusTests {
  private static final Path FOLDER = Path.of("../../../shared/data/cda");

  @Test
  void eachIsTakenOrRefusedWithItsReasonAndNoneIsLost() throws IOException {
    if (!Files.isDirectory(FOLDER)) {
      System.err.println("SKIPPED: no documents in " + FOLDER.toAbsolutePath().normalize());
    }
    Assumptions.assumeTrue(Files.isDirectory(FOLDER));
    List<Path> files;
    try (var found = Files.walk(FOLDER)) {
      files =
          found
              .filter(Files::isRegularFile)
              .filter(file -> !file.getFileName().toString().equals("index.csv"))
              .sorted()
              .toList();
    }
    var verdicts = new TreeMap<String, String>();
    try (GatewayForTests house = GatewayForTests.open()) {
      // Different senders gave their documents the same example's number.
      Feed feed = house.feed("corpus", "{\"format\":\"cda\",\"controlIds\":\"content\"}");
      for (Path file : files) {
        byte[] document = Files.readAllBytes(file);
        Receipt receipt = house.gateway.take(feed, document, "127.0.0.1");
        Message kept = house.message(receipt.id());
        assertThat(house.gateway.content(kept.id(), 0)).as("%s", file).isEqualTo(document);
        verdicts.put(
            FOLDER.relativize(file).toString().replace('\\', '/'),
            kept.state() == State.DONE
                ? "done " + kept.mapping() + " " + counts(kept)
                : kept.state().word() + " " + GatewayForTests.whole(receipt));
      }
      assertThat(house.gateway.open()).noneMatch(open -> open.state() == State.RECEIVED);
    }
    assertThat(files).hasSizeGreaterThan(15);
    assertThat(verdicts.values()).noneMatch(verdict -> verdict.contains("gateway.fault"));
    Files.createDirectories(Path.of("target"));
    var lines = new ArrayList<String>();
    verdicts.forEach((file, verdict) -> lines.add(file + "\t" + verdict));
    Files.write(Path.of("target/document-verdicts.txt"), lines);
    assertThat(verdicts).isEqualTo(pinned());
  }

  private static String counts(Message message) {
    Map<String, Long> counts =
        message.made().stream()
            .collect(
                Collectors.groupingBy(
                    reference -> reference.substring(0, reference.indexOf('/')),
                    TreeMap::new,
                    Collectors.counting()));
    return counts.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }

  private static Map<String, String> pinned() throws IOException {
    var pinned = new TreeMap<String, String>();
    try (var in = DocumentCorpusTests.class.getResourceAsStream("document-verdicts.txt")) {
      if (in == null) {
        return pinned;
      }
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        String[] parts = line.split("\t", 2);
        pinned.put(parts[0], parts[1]);
      }
    }
    return pinned;
  }
}
