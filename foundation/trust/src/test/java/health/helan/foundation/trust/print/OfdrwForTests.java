package health.helan.foundation.trust.print;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * OFDRW, an implementation of OFD by others, in a class loader that sees the JDK and nothing of
 * ours: its BouncyCastle is another. The build puts it into {@code target/ofdrw}.
 */
final class OfdrwForTests {
  private static final OfdrwForTests OPEN = new OfdrwForTests(Path.of("target/ofdrw"));

  private final URLClassLoader loader;

  private OfdrwForTests(Path folder) {
    try (var files = Files.walk(folder)) {
      URL[] jars =
          files
              .filter(file -> file.toString().endsWith(".jar"))
              .map(OfdrwForTests::url)
              .toArray(URL[]::new);
      loader = new URLClassLoader("ofdrw", jars, ClassLoader.getPlatformClassLoader());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static OfdrwForTests get() {
    return OPEN;
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private interface Work<T> {
    T on(Object reader) throws Exception;
  }

  private <T> T reading(byte[] ofd, Work<T> work) throws Exception {
    Path file = Files.createTempFile("helan", ".ofd");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(loader);
    try {
      Files.write(file, ofd);
      var type = loader.loadClass("org.ofdrw.reader.OFDReader");
      try (var reader = (AutoCloseable) type.getConstructor(Path.class).newInstance(file)) {
        return work.on(reader);
      }
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      Thread.currentThread().setContextClassLoader(before);
      Files.delete(file);
    }
  }

  /**
   * Verifies all signatures by GB/T 35275, and all digests.
   *
   * @throws Exception of OFDRW's that says what does not hold
   */
  void verify(byte[] ofd) throws Exception {
    reading(
        ofd,
        reader -> {
          var type = loader.loadClass("org.ofdrw.sign.verify.OFDValidator");
          var container = loader.loadClass("org.ofdrw.sign.verify.SignedDataValidateContainer");
          Object validator = type.getConstructor(reader.getClass()).newInstance(reader);
          type.getMethod("setValidator", container)
              .invoke(
                  validator,
                  loader
                      .loadClass("org.ofdrw.sign.verify.container.GBT35275ValidateContainer")
                      .getConstructor()
                      .newInstance());
          type.getMethod("exeValidate").invoke(validator);
          return "";
        });
  }

  /** All text, a line for each object. */
  List<String> text(byte[] ofd) throws Exception {
    return reading(
        ofd,
        reader -> {
          var type = loader.loadClass("org.ofdrw.reader.ContentExtractor");
          Object extractor = type.getConstructor(reader.getClass()).newInstance(reader);
          return ((List<?>) type.getMethod("extractAll").invoke(extractor))
              .stream().map(String::valueOf).toList();
        });
  }
}
