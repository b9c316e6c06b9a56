package health.helan.app.fhir;

import health.helan.app.start.DataFolder;
import health.helan.app.start.ObjectSettings;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.objects.ObjectOwner;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.EncryptedObjects;
import health.helan.foundation.trust.crypto.ObjectRecoding;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Where large contents are kept: {@code DIR/objects}, or an S3-compatible store by environment
 * ({@code HELAN_S3_BUCKET}, {@code _ENDPOINT}, {@code _REGION}, {@code _ObjectSettings.PREFIX},
 * {@code _PATH_STYLE}, {@code _ACCESS_KEY}, {@code _SECRET_KEY}).
 */
@Configuration(proxyBeanMethods = false)
class ObjectDoor {
  /** In the data folder. */
  private static final String FOLDER = "objects";

  @Bean(destroyMethod = "close")
  EncryptedObjects objectStore(DataFolder data, DataKeys keys, ContentCipher cipher) {
    ObjectStoreConfig config = config(data, System::getenv);
    try {
      return new EncryptedObjects(ObjectStore.open(config), keys, cipher);
    } catch (IOException | RuntimeException e) {
      throw new StartRefused(
          "无法打开大内容存储 " + config + "，请检查该文件夹的权限或 " + ObjectSettings.PREFIX + "* 设置。",
          "The store of large contents "
              + config
              + " cannot be opened; check the folder's"
              + " permissions or the settings "
              + ObjectSettings.PREFIX
              + "*.",
          e);
    }
  }

  /** Encrypts what was stored before encryption was switched on. */
  @Bean(destroyMethod = "close")
  ObjectRecoding objectRecoding(EncryptedObjects objects, DataKeys keys, RecordStore store) {
    return new ObjectRecoding(objects, keys);
  }

  /** Takes away once a day what cut uploads and crashes left. */
  @Bean(destroyMethod = "close")
  ObjectSweep objectSweep(ObjectStore objects, RecordStore store, List<ObjectOwner> owners) {
    return new ObjectSweep(objects, store, owners, Duration.ofDays(1));
  }

  /**
   * @param environment value of a variable; null where it is not set
   * @throws StartRefused when the settings do not fit together
   */
  static ObjectStoreConfig config(DataFolder data, UnaryOperator<@Nullable String> environment) {
    ObjectStoreConfig.S3 bucket = ObjectSettings.bucket(environment);
    return bucket == null ? new ObjectStoreConfig.Folder(data.folder(FOLDER)) : bucket;
  }
}
