package health.helan.foundation.rest.testing;

import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** A real HTTP server on loopback that serves the API, behind a filter that says who calls. */
public final class TomcatForTests implements AutoCloseable {
  private final Tomcat tomcat = new Tomcat();

  public TomcatForTests(Servlet api, Filter caller) {
    this(api, caller, _ -> {});
  }

  /**
   * @param more what else the server is to be, before it starts
   */
  public TomcatForTests(Servlet api, Filter caller, Consumer<Tomcat> more) {
    try {
      tomcat.setBaseDir(Files.createTempDirectory("helan-tomcat").toString());
      tomcat.setPort(0);
      tomcat.getConnector().setProperty("address", "127.0.0.1");
      ((AbstractProtocol<?>) tomcat.getConnector().getProtocolHandler())
          .setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      var context = tomcat.addContext("", null);
      Tomcat.addServlet(context, "fhir", api);
      context.addServletMappingDecoded("/fhir/*", "fhir");
      var filter = new FilterDef();
      filter.setFilterName("caller");
      filter.setFilter(caller);
      context.addFilterDef(filter);
      var map = new FilterMap();
      map.setFilterName("caller");
      map.addURLPattern("/*");
      context.addFilterMap(map);
      more.accept(tomcat);
      tomcat.start();
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Address of the API, without a slash at its end. */
  public String base() {
    return "http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/fhir";
  }

  @Override
  public void close() {
    try {
      tomcat.stop();
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    }
  }
}
