package health.helan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.backup.BackupCommand;
import health.helan.app.backup.RestoreCommand;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.testing.S3ForTests;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large contents that lie in a bucket are in the backup, and come back to wherever they belong. */
class BackingUpABucketTests {
  private static final Map<String, String> PASSPHRASE =
      Map.of("HELAN_BACKUP_PASSPHRASE", "a passphrase of some length");

  private static Map<String, String> with(Map<String, String> more) {
    var all = new HashMap<>(PASSPHRASE);
    all.putAll(more);
    return all;
  }

  @Test
  void takesWhatIsNewAndBringsItBack(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    Path target = folder.resolve("backups");
    // Above the size of one part, so that it goes up in several.
    byte[] scan = bytes(1, 9_000_000);
    byte[] image = bytes(2, 300_000);
    byte[] late = bytes(3, 5_000);
    try (S3ForTests s3 = new S3ForTests(Files.createDirectory(folder.resolve("s3")))) {
      s3.emptyBucket("one");
      s3.emptyBucket("two");
      Map<String, String> one = s3.environment("one");
      String first;
      String second;
      String third;
      ObjectKey erased;
      Map<String, String> before;
      try (RunningPlatform platform = RunningPlatform.start(one, data, "--no-demo");
          ObjectStore bucket = ObjectStore.open(s3.config("one"))) {
        first = upload(platform, scan);
        second = upload(platform, image);
        erased = bucket.put(new ByteArrayInputStream(bytes(4, 100)), 100).key();
        assertThat(backup(target, data, one)).isZero();

        bucket.delete(erased);
        third = upload(platform, late);
        assertThat(backup(target, data, one)).isZero();
        before = objects(s3.config("one"));
        assertThat(before).hasSize(3);
      }
      List<Path> files = backups(target);
      assertThat(Files.size(files.get(0))).isGreaterThan(9_300_000);
      assertThat(Files.size(files.get(1)))
          .as("what was saved already is not saved again")
          .isLessThan(1_000_000);
      assertThat(BackupCommand.run(List.of("--verify", target.toString()), PASSPHRASE)).isZero();

      Map<String, String> wrong = with(one);
      wrong.put("HELAN_S3_SECRET_KEY", "wrong");
      assertThatExceptionOfType(StartRefused.class)
          .isThrownBy(() -> backup(target, data, wrong))
          .withMessageContaining("no backup was left");
      assertThat(backups(target)).isEqualTo(files);

      // A new machine and a new bucket.
      Path moved = folder.resolve("moved");
      assertThat(restore(target, moved, s3.environment("two"))).isZero();
      assertThat(objects(s3.config("two"))).isEqualTo(before);
      assertThat(moved.resolve("objects/objects")).doesNotExist();
      try (RunningPlatform platform =
          RunningPlatform.start(s3.environment("two"), moved, "--no-demo")) {
        assertThat(download(platform, first)).isEqualTo(scan);
        assertThat(download(platform, second)).isEqualTo(image);
        assertThat(download(platform, third)).isEqualTo(late);
      }

      // The bucket has outlived the machine.
      assertThat(restore(target, folder.resolve("same"), one)).isZero();
      assertThat(objects(s3.config("one"))).isEqualTo(before);

      // Somebody else's bytes under one of our keys: nothing is overwritten, nothing is left.
      String key = before.keySet().stream().sorted().toList().getLast();
      s3.emptyBucket("two");
      try (ObjectStore bucket = ObjectStore.open(s3.config("two"))) {
        bucket.restore(new ObjectKey(key), new ByteArrayInputStream(new byte[3]));
      }
      Map<String, String> theirs = objects(s3.config("two"));
      Path refused = folder.resolve("refused");
      assertThatExceptionOfType(StartRefused.class)
          .isThrownBy(() -> restore(target, refused, s3.environment("two")))
          .withMessageContaining("overwrites nothing")
          .withMessageContaining("不会覆盖");
      assertThat(objects(s3.config("two"))).isEqualTo(theirs).hasSize(1);
      assertThat(refused).doesNotExist();

      // No bucket at all any more: into the data folder.
      Path alone = folder.resolve("alone");
      assertThat(restore(target, alone, Map.of())).isZero();
      assertThat(objects(new ObjectStoreConfig.Folder(alone.resolve("objects")))).isEqualTo(before);
      try (RunningPlatform platform = RunningPlatform.start(alone, "--no-demo")) {
        assertThat(download(platform, first)).isEqualTo(scan);
        assertThat(download(platform, third)).isEqualTo(late);
      }
    }
  }

  private static int backup(Path target, Path data, Map<String, String> environment) {
    return BackupCommand.run(
        List.of(target.toString(), "--data", data.toString()), with(environment));
  }

  private static int restore(Path target, Path data, Map<String, String> environment) {
    return RestoreCommand.run(
        List.of(target.toString(), "--data", data.toString()), with(environment));
  }

  private static List<Path> backups(Path target) throws Exception {
    try (Stream<Path> files = Files.list(target)) {
      return new ArrayList<>(
          files.filter(file -> file.toString().endsWith(".helan-backup")).sorted().toList());
    }
  }

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Keys and digests of what is stored. */
  private static Map<String, String> objects(ObjectStoreConfig config) throws Exception {
    var found = new TreeMap<String, String>();
    try (ObjectStore store = ObjectStore.open(config)) {
      store.list(
          null,
          key -> {
            try (InputStream in = store.open(key, Range.ALL)) {
              found.put(
                  key.value(),
                  HexFormat.of()
                      .formatHex(MessageDigest.getInstance("SHA-256").digest(in.readAllBytes())));
            } catch (java.security.NoSuchAlgorithmException impossible) {
              throw new IllegalStateException(impossible);
            }
          });
    }
    return found;
  }

  private static String upload(RunningPlatform platform, byte[] bytes) throws Exception {
    HttpResponse<byte[]> answer = ask(platform, "POST", "fhir/Binary", bytes);
    assertThat(answer.statusCode()).isEqualTo(201);
    return answer
        .headers()
        .firstValue("Location")
        .orElseThrow()
        .replaceFirst(".*/Binary/", "")
        .replaceFirst("/.*", "");
  }

  private static byte[] download(RunningPlatform platform, String id) throws Exception {
    HttpResponse<byte[]> answer = ask(platform, "GET", "fhir/Binary/" + id, new byte[0]);
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  private static HttpResponse<byte[]> ask(
      RunningPlatform platform, String method, String path, byte[] body) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(platform.url() + path))
              .header("Authorization", "Bearer " + platform.token())
              .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
      if (body.length > 0) {
        request.header("Content-Type", "image/png");
      } else {
        request.header("Accept", "image/png");
      }
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
  }
}
