package health.helan.app.delivery;

import health.helan.app.start.StartRefused;
import health.helan.foundation.delivery.export.Exports;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.objects.ObjectStore;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Bulk export. Settings by environment; docs/guide/delivery.md. */
@Configuration(proxyBeanMethods = false)
class DeliveryDoor {
  /** Hours that the files of a finished export are kept. */
  private static final String KEEP_VARIABLE = "HELAN_EXPORT_HOURS";

  @Bean(destroyMethod = "close")
  Exports exports(DataSource connections, RecordStore store, ObjectStore objects) {
    Exports.Settings usual = Exports.Settings.DEFAULT;
    return new Exports(
        connections,
        store,
        objects,
        new Exports.Settings(
            usual.workers(),
            usual.perCaller(),
            hours(System.getenv(KEEP_VARIABLE), usual.keep()),
            usual.lease(),
            usual.poll(),
            usual.fileResources(),
            usual.fileBytes()));
  }

  static Duration hours(@Nullable String value, Duration otherwise) {
    if (value == null || value.isBlank()) {
      return otherwise;
    }
    if (!value.strip().matches("[1-9][0-9]{0,3}")) {
      throw new StartRefused(
          KEEP_VARIABLE + " 应为 1 至 9999 的小时数。", KEEP_VARIABLE + " takes a number of hours, 1 to 9999.");
    }
    return Duration.ofHours(Integer.parseInt(value.strip()));
  }

  @Bean
  FhirOperation exportOfEverything(Exports exports) {
    return exports.ofEverything();
  }

  @Bean
  FhirOperation exportOfPatients(Exports exports) {
    return exports.ofPatients();
  }

  @Bean
  FhirOperation exportOfGroup(Exports exports) {
    return exports.ofGroup();
  }

  @Bean
  FhirOperation exportStatus(Exports exports) {
    return exports.status();
  }

  @Bean
  FhirOperation exportFile(Exports exports) {
    return exports.file();
  }
}
