package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/** Names as pages show them. */
public final class Names {
  private static final int MOST = 10_000;
  private static final Duration GOOD = Duration.ofMinutes(1);

  private final RecordStore store;
  private final Shops shops;
  private final Clock clock;
  private final Map<String, Named> names = new ConcurrentHashMap<>();

  Names(RecordStore store, Shops shops, Clock clock) {
    this.store = store;
    this.shops = shops;
    this.clock = clock;
  }

  private record Named(String name, Instant at) {}

  /** Name of a shop, as of a minute ago; its id where it has none. Lists ask for it row by row. */
  public String ofShop(String institution) {
    Instant now = clock.instant();
    Named known = names.get(institution);
    if (known == null || known.at.isBefore(now.minus(GOOD))) {
      Shop shop = shops.of(institution);
      known = new Named(shop == null ? institution : shop.name(), now);
      if (names.size() >= MOST) {
        names.clear();
      }
      names.put(institution, known);
    }
    return known.name;
  }

  public String ofPatient(Caller caller, String patient) {
    JsonNode person =
        Json.MAPPER.readTree(
            Objects.requireNonNull(store.read(caller.asPlatform(), "Patient", patient).content()));
    JsonNode name = person.path("name").path(0);
    String text = name.path("text").asString("");
    if (!text.isEmpty()) {
      return text;
    }
    var whole = new StringBuilder(name.path("family").asString(""));
    name.path("given").forEach(given -> whole.append(given.asString("")));
    return whole.toString();
  }
}
