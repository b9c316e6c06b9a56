package health.helan.foundation.store.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderObjectStoreTests extends ObjectStoreContract {
  private Path folder;
  private ObjectStore store;

  @BeforeEach
  void open(@TempDir Path temporary) throws IOException {
    folder = temporary;
    store = ObjectStore.open(new ObjectStoreConfig.Folder(folder.resolve("made/anew")));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  ObjectStore store() {
    return store;
  }

  @Override
  int unfinishedUploads() throws IOException {
    try (var files = Files.list(folder.resolve("made/anew/uploads"))) {
      return (int) files.count();
    }
  }

  @Override
  void cutAnUpload() throws IOException {
    Files.write(folder.resolve("made/anew/uploads/" + ObjectKey.random()), new byte[10]);
  }

  @Override
  long allowance() {
    return 8L * 1024 * 1024;
  }

  @Test
  void findsItsObjectsWhenOpenedAgain() throws IOException {
    var key = store.put(new ByteArrayInputStream(bytes(10)), 10).key();
    try (var again = ObjectStore.open(new ObjectStoreConfig.Folder(folder.resolve("made/anew")))) {
      assertThat(again.exists(key)).isTrue();
    }
  }

  @Test
  void letsNobodyElseRead() throws IOException {
    var key = store.put(new ByteArrayInputStream(bytes(10)), 10).key().value();
    var file =
        folder.resolve(
            "made/anew/objects/" + key.substring(0, 2) + "/" + key.substring(2, 4) + "/" + key);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file.resolveSibling(""))))
        .isEqualTo("rwx------");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "../../../../etc/passwd",
        "0123456789abcdef0123456789abcdeF",
        "0123456789abcdef"
      })
  void takesNoKeyThatCouldBeAPath(String text) {
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new ObjectKey(text));
  }

  /** A class path without the S3 client, as if none of it were there. */
  @Test
  void loadsNothingOfS3() throws Exception {
    var loader =
        new ClassLoader(getClass().getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("software.amazon.") || name.endsWith("S3ObjectStore")) {
              throw new AssertionError("Loaded: " + name);
            }
            if (!name.startsWith(FolderObjectStore.class.getPackageName())) {
              return super.loadClass(name, resolve);
            }
            var loaded = findLoadedClass(name);
            if (loaded != null) {
              return loaded;
            }
            try (var in = getResourceAsStream(name.replace('.', '/') + ".class")) {
              byte[] code = in.readAllBytes();
              return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
              throw new ClassNotFoundException(name, e);
            }
          }
        };
    var packageName = FolderObjectStore.class.getPackageName();
    var config =
        loader
            .loadClass(packageName + ".ObjectStoreConfig$Folder")
            .getConstructor(Path.class)
            .newInstance(folder);
    var opened =
        loader
            .loadClass(packageName + ".ObjectStore")
            .getMethod("open", loader.loadClass(packageName + ".ObjectStoreConfig"))
            .invoke(null, config);
    assertThat(opened.getClass().getClassLoader()).isSameAs(loader);
  }
}
