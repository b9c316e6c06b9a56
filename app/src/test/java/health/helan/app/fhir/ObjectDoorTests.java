package health.helan.app.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectDoorTests {
  private static ObjectStoreConfig config(Path folder, Map<String, String> environment) {
    try (DataFolder data = DataFolder.open(folder, 0)) {
      return ObjectDoor.config(data, environment::get);
    }
  }

  @Test
  void contentsLieInTheDataFolderUnlessSaidOtherwise(@TempDir Path folder) throws Exception {
    assertThat(config(folder, Map.of()))
        .isEqualTo(new ObjectStoreConfig.Folder(folder.toRealPath().resolve("objects")));
  }

  @Test
  void aBucketIsTakenFromTheEnvironment(@TempDir Path folder) {
    assertThat(
            config(
                folder,
                Map.of(
                    "HELAN_S3_BUCKET", "helan",
                    "HELAN_S3_ENDPOINT", "https://s3.example:9000",
                    "HELAN_S3_PATH_STYLE", "true",
                    "HELAN_S3_ACCESS_KEY", "a",
                    "HELAN_S3_SECRET_KEY", "b")))
        .isEqualTo(
            new ObjectStoreConfig.S3(
                URI.create("https://s3.example:9000"), "us-east-1", "helan", "", true, "a", "b"));
  }

  @Test
  void settingsThatDoNotFitTogetherAreRefused(@TempDir Path folder) {
    refused(folder, Map.of("HELAN_S3_ENDPOINT", "https://s3.example"), "HELAN_S3_BUCKET");
    refused(
        folder, Map.of("HELAN_S3_BUCKET", "b", "HELAN_S3_ACCESS_KEY", "a"), "HELAN_S3_SECRET_KEY");
    refused(folder, Map.of("HELAN_S3_BUCKET", "b", "HELAN_S3_ENDPOINT", "s3.example"), "https://");
  }

  private static void refused(Path folder, Map<String, String> environment, String hint) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> config(folder, environment))
        .withMessageContaining(hint);
  }
}
