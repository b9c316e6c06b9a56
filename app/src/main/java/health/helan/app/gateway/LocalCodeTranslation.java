package health.helan.app.gateway;

import health.helan.foundation.gateway.CodeTranslation;
import health.helan.foundation.gateway.Feed;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the terminology's maps say of feeds' codes. Those that no map knows are counted here for a
 * while, and then put onto the work list together: each message brings many, and mostly the same. A
 * stop that loses some makes the list no worse, since they come again.
 */
final class LocalCodeTranslation implements CodeTranslation, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCodeTranslation.class);
  private static final int SECONDS = 5;

  /** So many different ones are counted at once. */
  private static final int MOST = 10_000;

  private record Unknown(String feed, Code code) {}

  private final Terminology terminology;
  private final Map<Unknown, Integer> counted = new ConcurrentHashMap<>();
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("local-codes").factory());

  LocalCodeTranslation(Terminology terminology) {
    this.terminology = terminology;
    var unused = schedule.scheduleWithFixedDelay(this::putDown, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public @Nullable Code translate(Feed feed, Code local) {
    Terminology.Meaning meaning = terminology.meaning(feed.name(), local.system(), local.code());
    return meaning == null ? null : new Code(meaning.system(), meaning.code(), meaning.display());
  }

  @Override
  public void unknown(Feed feed, Set<Code> codes) {
    for (Code code : codes) {
      if (isCode(code.code()) && counted.size() < MOST) {
        String display = isName(code.display()) ? code.display() : "";
        counted.merge(
            new Unknown(feed.name(), new Code(code.system(), code.code(), display)),
            1,
            Integer::sum);
      }
    }
  }

  /** Senders put texts where a code belongs, and numbers of people; the list is for all to read. */
  private static boolean isCode(String text) {
    return text.matches("[A-Za-z0-9._+*/-]{1,32}")
        && !IdNumbers.isValid(text)
        && !text.matches("1[3-9]\\d{9}");
  }

  private static boolean isName(String text) {
    return text.length() <= 60 && !text.matches(".*\\d{7}.*");
  }

  private void putDown() {
    try {
      for (Unknown each : counted.keySet()) {
        Integer times = counted.remove(each);
        if (times == null) {
          continue;
        }
        try {
          Code code = each.code();
          terminology
              .localCodes()
              .seen(each.feed(), code.system(), code.code(), code.display(), times);
        } catch (Refusal e) {
          counted.merge(each, times, Integer::sum);
          throw e;
        }
      }
    } catch (Refusal e) {
      LOG.warn("The list of local codes waits for the database: {}", e.messageKey());
    } catch (RuntimeException e) {
      LOG.error("Local codes could not be put onto their list: {}", e.getClass().getName());
    }
  }

  @Override
  public void close() {
    schedule.shutdown();
    putDown();
  }
}
