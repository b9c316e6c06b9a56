package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.gateway.hl7v2.Splitting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Messages made by others, many messy on purpose, from a folder beside the project that need not be
 * there: each is taken, or refused with a reason. What becomes of each file is pinned in {@code
 * corpus-verdicts.txt}, by its name alone.
 */
class CorpusTests {
  private static final Path FOLDER = Path.of("../../../shared/data/hl7v2");

  @Test
  void eachIsTakenOrRefusedWithItsReasonAndNoneIsLost() throws IOException {
    if (!Files.isDirectory(FOLDER)) {
      System.err.println("SKIPPED: no messages in " + FOLDER.toAbsolutePath().normalize());
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
    int messages = 0;
    try (GatewayForTests house = GatewayForTests.open()) {
      // Senders that have nothing to do with each other number alike.
      Feed feed = house.feed("corpus", "{\"controlIds\":\"content\"}");
      for (Path file : files) {
        var said = new ArrayList<String>();
        for (byte[] message : Splitting.messages(Files.readAllBytes(file))) {
          Receipt receipt = house.gateway.take(feed, message, "127.0.0.1");
          messages++;
          Message kept = house.message(receipt.id());
          assertThat(house.gateway.content(kept.id(), 0)).as("%s", file).isEqualTo(message);
          String word =
              kept.state() == State.DONE
                  ? "done " + kept.mapping()
                  : kept.state().word() + " " + GatewayForTests.whole(receipt);
          if (said.isEmpty() || !said.getLast().equals(word)) {
            said.add(word);
          }
        }
        verdicts.put(
            FOLDER.relativize(file).toString().replace('\\', '/'), String.join("; ", said));
      }
      // Nothing waits, nothing failed for a fault of ours.
      assertThat(house.gateway.open()).noneMatch(open -> open.state() == State.RECEIVED);
    }
    assertThat(files.size()).isGreaterThan(150);
    assertThat(messages).isGreaterThan(files.size() - 10);
    assertThat(verdicts.values()).noneMatch(verdict -> verdict.contains("gateway.fault"));
    Files.createDirectories(Path.of("target"));
    var lines = new ArrayList<String>();
    verdicts.forEach((file, verdict) -> lines.add(file + "\t" + verdict));
    Files.write(Path.of("target/corpus-verdicts.txt"), lines);
    assertThat(verdicts).isEqualTo(pinned());
  }

  private static Map<String, String> pinned() throws IOException {
    var pinned = new TreeMap<String, String>();
    try (var in = CorpusTests.class.getResourceAsStream("corpus-verdicts.txt")) {
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
