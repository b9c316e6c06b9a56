package health.helan.app.residents;

import health.helan.app.start.StartRefused;
import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.golden.Golden;
import health.helan.foundation.residents.golden.Survivorship;
import health.helan.foundation.residents.index.IndexLinks;
import health.helan.foundation.residents.match.Model;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PersonLinks;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.erasure.Erasable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HexFormat;
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
import tools.jackson.core.JacksonException;

/** The resident index. docs/guide/residents.md. */
@Configuration(proxyBeanMethods = false)
class ResidentsDoor {
  /** {@code off} links nothing more; what is linked stays, and the place in the log does not. */
  private static final String SWITCH = "HELAN_RESIDENTS";

  /** A file with rules of survivorship for golden records, in place of the platform's own. */
  private static final String GOLDEN_RULES = "HELAN_GOLDEN_RULES";

  /** A file with the weights by which records are compared, in place of the platform's own. */
  private static final String MODEL = "HELAN_MATCH_MODEL";

  /** How many records the index holds or will hold, for the prior of the model. */
  private static final String POPULATION = "HELAN_MATCH_POPULATION";

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

  /** Also where it is switched off: what is linked stays linked. */
  @Bean
  PersonLinks personLinks(IndexKey key) {
    return new IndexLinks(key);
  }

  @Bean(destroyMethod = "close")
  @Conditional(On.class)
  Residents residents(DataSource connections, RecordStore store, ContentCodec codec)
      throws SQLException {
    return new Residents(
        connections,
        store,
        codec,
        model(System.getenv(MODEL), System.getenv(POPULATION)),
        Residents.Settings.DEFAULT,
        golden(System.getenv(GOLDEN_RULES)),
        Clock.system(BEIJING));
  }

  /**
   * @param file of a model; that of the platform where none is named
   * @param population records; what the model says where there is none
   * @throws StartRefused for a file that is no model, and for what is no such number
   */
  static Model model(@Nullable String file, @Nullable String population) {
    Model model = Model.shipped();
    if (file != null && !file.isBlank()) {
      try {
        byte[] bytes = Files.readAllBytes(Path.of(file.strip()));
        model = Model.read(Json.MAPPER.readTree(bytes));
        // A file that was changed is another model, whatever version it still says.
        model = model.named(model.version() + "." + digest(bytes));
      } catch (IOException | InvalidPathException e) {
        throw new StartRefused(
            MODEL + " 指定的文件无法读取：" + file, MODEL + " names a file that cannot be read: " + file, e);
      } catch (JacksonException | IllegalArgumentException e) {
        String what = e instanceof JacksonException ? "JSON" : e.getMessage();
        throw new StartRefused(
            MODEL + " 指定的文件不是可用的模型：" + what, MODEL + " names a file that is no model: " + what, e);
      }
    }
    if (population == null || population.isBlank()) {
      return model;
    }
    String text = population.strip();
    long records = text.matches("[0-9]{1,11}") ? Long.parseLong(text) : -1;
    if (records < Model.FEWEST || records > Model.MOST) {
      throw new StartRefused(
          POPULATION + " 应为 1000 至 100 亿之间的整数。",
          POPULATION + " takes a whole number from 1000 to 10000000000.");
    }
    return model.forIndexOf(records);
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param file with rules of survivorship; those of the platform where none is named
   * @throws StartRefused for rules that cannot be used
   */
  static Golden golden(@Nullable String file) {
    if (file == null || file.isBlank()) {
      return Golden.shipped();
    }
    try {
      return new Golden(Survivorship.of(Files.readAllBytes(Path.of(file.strip()))));
    } catch (IOException | InvalidPathException e) {
      throw new StartRefused(
          GOLDEN_RULES + " 指定的文件无法读取：" + file,
          GOLDEN_RULES + " names a file that cannot be read: " + file,
          e);
    } catch (Survivorship.Unusable e) {
      throw new StartRefused(
          GOLDEN_RULES + " 中的规则有误：" + e.getMessage(),
          GOLDEN_RULES + " holds rules that cannot be used, at: " + e.getMessage(),
          e);
    }
  }

  /** Whoever is erased is in no index any more, switched on or not. */
  @Bean
  Erasable residentsErasable(DataSource connections, RecordStore store, ContentCodec codec) {
    return subject -> Residents.erase(connections, store, codec, subject);
  }

  /** Without it nobody passes the log's rows, which then could never be pruned. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> residentsOff(
      ObjectProvider<Residents> residents, DataSource connections) {
    return _ -> {
      if (residents.getIfAvailable() == null) {
        Residents.leave(connections);
      }
    };
  }
}
