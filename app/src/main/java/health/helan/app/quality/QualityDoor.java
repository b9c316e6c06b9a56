package health.helan.app.quality;

import health.helan.app.start.StartRefused;
import health.helan.foundation.quality.Quality;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.terminology.Terminology;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Data quality. docs/guide/quality.md. */
@Configuration(proxyBeanMethods = false)
class QualityDoor {
  /** {@code off} judges nothing; what was found before stays, and its place in the log does not. */
  private static final String SWITCH = "HELAN_QUALITY";

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /** Whether it is switched on. */
  static final class On implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return isOn(System.getenv(SWITCH));
    }
  }

  /**
   * @throws StartRefused for another word
   */
  static boolean isOn(@Nullable String word) {
    return switch (word == null || word.isBlank() ? "on" : word.strip().toLowerCase(Locale.ROOT)) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new StartRefused(SWITCH + " 只能是 on 或 off。", SWITCH + " takes on or off.");
    };
  }

  @Bean(destroyMethod = "close")
  @Conditional(On.class)
  Quality quality(DataSource connections, RecordStore store, Terminology terminology)
      throws SQLException {
    return new Quality(
        connections, store, terminology, Quality.Settings.DEFAULT, Clock.system(BEIJING));
  }

  /** Without it nobody passes the log's rows, which then could never be pruned. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> qualityOff(
      ObjectProvider<Quality> quality, DataSource connections) {
    return _ -> {
      if (quality.getIfAvailable() == null) {
        Quality.leave(connections);
      }
    };
  }
}
