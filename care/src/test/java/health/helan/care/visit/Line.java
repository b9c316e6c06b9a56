package health.helan.care.visit;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/** A line whose texts are kept; may be cut. */
final class Line implements Talk.Socket {
  final List<JsonNode> heard = new CopyOnWriteArrayList<>();
  volatile boolean isCut;
  volatile String closed = "";
  final Talk talk;

  Line(Talks talks) {
    talk = talks.open(this);
  }

  @Override
  public boolean say(String text) {
    if (!isCut) {
      heard.add(Json.MAPPER.readTree(text));
    }
    return !isCut;
  }

  @Override
  public void close(String reason) {
    closed = reason;
  }

  @Override
  public String remote() {
    return "127.0.0.1";
  }

  Line bind(String token, String visit, int after) {
    talk.hear(
        "{\"bind\":{\"token\":\"%s\",\"visit\":\"%s\",\"after\":%d}}"
            .formatted(token, visit, after));
    return this;
  }

  List<Integer> numbers() {
    return heard.stream()
        .filter(word -> word.has("message"))
        .map(word -> word.path("message").path("number").intValue())
        .toList();
  }

  String last(String name) {
    return heard.reversed().stream()
        .filter(word -> word.has(name))
        .findFirst()
        .map(word -> word.path(name).toString())
        .orElse("");
  }

  static void eventually(BooleanSupplier condition) {
    Instant end = Instant.now().plusSeconds(8);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("in time").isBefore(end);
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
