package health.helan;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.app.access.DemoAccounts;
import health.helan.app.access.DemoVisits;
import health.helan.app.access.OperatorToken;
import health.helan.app.card.DemoCards;
import health.helan.app.database.Database;
import health.helan.app.database.ProjectionConnections;
import health.helan.app.database.SearchConnections;
import health.helan.app.edge.EdgeNode;
import health.helan.app.gateway.DemoFeeds;
import health.helan.app.load.DemoLoad;
import health.helan.app.pharmacy.DemoPharmacies;
import health.helan.app.pharmacy.DemoPrescriptions;
import health.helan.app.queue.DemoQueue;
import health.helan.app.settlement.DemoBills;
import health.helan.app.settlement.DemoCashiers;
import health.helan.app.signing.DemoSignatures;
import health.helan.app.start.Console;
import health.helan.app.start.DataFolder;
import health.helan.app.start.EdgeArguments;
import health.helan.app.start.RunArguments;
import health.helan.app.start.StartCheck;
import health.helan.app.start.StartRefused;
import health.helan.app.start.TlsSettings;
import health.helan.app.supervision.DemoSupervision;
import health.helan.care.appointment.Upkeep;
import health.helan.foundation.store.StoreUnusable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.context.support.StandardServletEnvironment;

/**
 * One running instance: data folder, database, store and HTTP, started in this order and stopped in
 * the other. Everything that an operator can mend ends the start as a {@link StartRefused}.
 */
final class Platform implements AutoCloseable {
  /** Space below which a start is refused, in megabytes; {@code HELAN_MIN_FREE_MB} overrides it. */
  private static final long LEAST_FREE_MB = 1024;

  private static final int DEFAULT_POOL = 32;

  /**
   * PostgreSQL takes a statement for long when it expects many rows, and for statements whose plan
   * is kept it expects the worst: compiling it or starting workers for it then costs ten times what
   * it takes.
   */
  private static final String SHORT_STATEMENTS = "-c jit=off -c max_parallel_workers_per_gather=0";

  private final RunArguments arguments;
  private final @Nullable EdgeArguments edge;
  private final DataFolder data;
  private @Nullable Database database;
  private @Nullable HikariDataSource connections;
  private @Nullable HikariDataSource searchConnections;
  private @Nullable HikariDataSource recordConnections;
  private @Nullable ConfigurableApplicationContext context;
  private boolean closed;
  private TlsSettings tls = TlsSettings.NONE;

  private Platform(RunArguments arguments, @Nullable EdgeArguments edge, DataFolder data) {
    this.arguments = arguments;
    this.edge = edge;
    this.data = data;
  }

  /**
   * Starts, tells where, loads the demo region if asked to, and returns when the process is told to
   * stop.
   *
   * @return exit code
   */
  static int runUntilStopped(RunArguments arguments) {
    return runUntilStopped(arguments, null);
  }

  /** As an edge node: the same, but that it hands on what it takes. */
  static int runUntilStopped(EdgeArguments edge) {
    return runUntilStopped(edge.run(), edge);
  }

  private static int runUntilStopped(RunArguments arguments, @Nullable EdgeArguments edge) {
    Console console = Console.of(System.getenv());
    CountDownLatch stopped = new CountDownLatch(1);
    Platform platform = start(arguments, edge, System.getenv(), console);
    Thread demo = Thread.ofVirtual().name("demo-load").unstarted(() -> platform.loadDemo(console));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  console.say("正在停止…… / Stopping ...");
                  demo.interrupt();
                  platform.close();
                  console.say("已停止，数据已保存。/ Stopped; everything is kept.");
                  stopped.countDown();
                },
                "stop"));
    console.ready(platform.url(), platform.data.resolve(OperatorToken.FILE));
    if (edge != null) {
      platform.context().getBean(EdgeNode.class).introduce().forEach(console::say);
    }
    if (arguments.demo()) {
      demo.start();
    }
    try {
      stopped.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  /**
   * Starts an instance and returns once it answers.
   *
   * @throws StartRefused if something stands in the way that the operator can mend
   */
  static Platform start(RunArguments arguments, Map<String, String> environment, Console console) {
    return start(arguments, null, environment, console);
  }

  private static Platform start(
      RunArguments arguments,
      @Nullable EdgeArguments edge,
      Map<String, String> environment,
      Console console) {
    StartCheck.all(arguments, environment);
    requireFree(arguments.address(), arguments.port());
    DataFolder data = DataFolder.open(arguments.dataFolder(), leastFreeBytes(environment));
    Platform platform = new Platform(arguments, edge, data);
    try {
      EdgeArguments.check(data, edge);
      platform.serve(environment, console);
      return platform;
    } catch (RuntimeException failed) {
      platform.close();
      throw explain(failed, arguments, data);
    }
  }

  private static long leastFreeBytes(Map<String, String> environment) {
    String text = environment.getOrDefault("HELAN_MIN_FREE_MB", Long.toString(LEAST_FREE_MB));
    try {
      return Math.multiplyExact(Long.parseLong(text.strip()), 1L << 20);
    } catch (NumberFormatException | ArithmeticException notANumber) {
      throw new StartRefused(
          "HELAN_MIN_FREE_MB 要求整数（单位 MB）。",
          "HELAN_MIN_FREE_MB takes a whole number of megabytes.",
          notANumber);
    }
  }

  private static void requireFree(InetAddress address, int port) {
    if (port == 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address, port));
    } catch (IOException taken) {
      throw portTaken(address, port, taken);
    }
  }

  private static StartRefused portTaken(InetAddress address, int port, Exception why) {
    return new StartRefused(
        "%s 的端口 %d 无法使用（已被占用或无权限），请停止占用它的程序，或用 --port 换一个端口。"
            .formatted(address.getHostAddress(), port),
        "Port %d of %s cannot be used (taken, or not allowed); stop the program that has it, or choose another with --port."
            .formatted(port, address.getHostAddress()),
        why);
  }

  private static HikariConfig pool(Database database, int pool, String name, String planning) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(database.jdbcUrl());
    if (!database.user().isEmpty()) {
      config.setUsername(database.user());
      config.setPassword(database.password());
    }
    config.setMaximumPoolSize(pool);
    config.setMinimumIdle(Math.min(4, pool));
    config.setConnectionTimeout(10_000);
    config.addDataSourceProperty("ApplicationName", "helan");
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("options", SHORT_STATEMENTS + planning);
    return config;
  }

  private static HikariDataSource connect(Database database, Map<String, String> environment) {
    return new HikariDataSource(pool(database, poolSize(environment) / 2, "helan", ""));
  }

  /**
   * A search for a rare code wants another plan than one for a frequent code: each is planned anew.
   * Reads and writes by key would pay for that as much as for their work, hence two pools; and what
   * is asked of one resident has one plan, whoever the resident is, hence a third.
   */
  private static HikariDataSource connectForSearches(
      Database database, Map<String, String> environment) {
    return new HikariDataSource(
        pool(
            database,
            quarter(environment),
            "helan-search",
            " -c plan_cache_mode=force_custom_plan"));
  }

  private static HikariDataSource connectForRecords(
      Database database, Map<String, String> environment) {
    return new HikariDataSource(
        pool(
            database,
            quarter(environment),
            "helan-record",
            " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off"));
  }

  private static int quarter(Map<String, String> environment) {
    return Math.max(1, poolSize(environment) / 4);
  }

  /** A quarter of the connections beside the others: for regulators, and what they ask. */
  private static HikariDataSource connectTo(
      String schema, Database database, Map<String, String> environment) {
    HikariConfig config = pool(database, Math.max(2, quarter(environment)), "helan-" + schema, "");
    config.addDataSourceProperty("currentSchema", schema);
    config.setMinimumIdle(1);
    return new HikariDataSource(config);
  }

  private static int poolSize(Map<String, String> environment) {
    String text = environment.getOrDefault("HELAN_DB_POOL", Integer.toString(DEFAULT_POOL));
    try {
      int pool = Integer.parseInt(text.strip());
      if (pool >= 2 && pool <= 1000) {
        return pool;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, together with numbers out of range.
    }
    throw new StartRefused(
        "HELAN_DB_POOL 要求 2 到 1000 之间的整数。", "HELAN_DB_POOL takes a whole number from 2 to 1000.");
  }

  private void serve(Map<String, String> environment, Console console) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("server.port", arguments.port());
    properties.put("server.address", arguments.address().getHostAddress());
    tls = TlsSettings.of(environment);
    properties.putAll(tls.properties());
    properties.put("logging.file.name", data.folder("logs").resolve("helan.log").toString());
    if ("json".equalsIgnoreCase(environment.get("HELAN_LOG"))) {
      properties.put("logging.structured.format.console", "ecs");
      properties.put("logging.structured.format.file", "ecs");
      properties.put("logging.threshold.console", "INFO");
    }
    SpringApplication application = new SpringApplication(HelanApplication.class);
    application.setRegisterShutdownHook(false);
    application.setEnvironment(environment(properties));
    // Initializers run once logging works and before anything else is made, which is the moment for
    // the database: what goes wrong there is logged, and every bean finds it up.
    application.addInitializers(
        starting -> {
          console.say("正在启动数据库…… / Starting the database ...");
          Database opened = Database.open(environment, data);
          database = opened;
          HikariDataSource pool = connect(opened, environment);
          connections = pool;
          HikariDataSource searches = connectForSearches(opened, environment);
          searchConnections = searches;
          HikariDataSource records = connectForRecords(opened, environment);
          recordConnections = records;
          DemoMark.check(pool, arguments.demo(), environment);
          console.say("正在启动服务…… / Starting the service ...");
          // Instances, so that this class closes them after the context.
          var beans = starting.getBeanFactory();
          beans.registerSingleton("dataSource", pool);
          beans.registerSingleton("searchConnections", new SearchConnections(searches, records));
          beans.registerSingleton(
              "projectionConnections",
              new ProjectionConnections(schema -> connectTo(schema, opened, environment)));
          beans.registerSingleton("dataFolder", data);
          beans.registerSingleton("operatorToken", OperatorToken.of(data));
          beans.registerSingleton("runArguments", arguments);
          if (edge != null) {
            beans.registerSingleton("edgeArguments", edge);
          }
        });
    context = application.run();
  }

  /** Our own values come first: nothing in the environment may move the port or the log. */
  private static ConfigurableEnvironment environment(Map<String, Object> properties) {
    StandardServletEnvironment environment = new StandardServletEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("helan", properties));
    return environment;
  }

  private static StartRefused explain(
      RuntimeException failed, RunArguments arguments, DataFolder data) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof StartRefused refused) {
        return refused;
      }
      if (cause instanceof StoreUnusable unusable) {
        return new StartRefused(
            "数据库不能用作记录库：" + unusable.chinese(),
            "The database cannot hold the records: " + unusable.getMessage(),
            failed);
      }
      if (cause instanceof PortInUseException) {
        return portTaken(arguments.address(), arguments.port(), failed);
      }
    }
    LoggerFactory.getLogger(Platform.class).error("The start failed", failed);
    Throwable root = failed;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new StartRefused(
        "启动失败：%s；详情见 %s".formatted(root, data.resolve("logs")),
        "The start failed: %s; details are in %s".formatted(root, data.resolve("logs")),
        failed);
  }

  private void loadDemo(Console console) {
    String token = data.secret(OperatorToken.FILE);
    if (connections != null) {
      DemoMark.set(connections);
    }
    if (new DemoLoad(data, console, url() + "fhir", token, tls.callingItself()).run(arguments)) {
      tellDemoAccounts(console);
      console.say("示范区域已就绪。/ The demo region is ready.");
    }
  }

  private void tellDemoAccounts(Console console) {
    try {
      context().getBean(DemoAccounts.class).create().forEach(console::say);
      context().getBean(DemoFeeds.class).create().forEach(console::say);
      context().getBean(DemoSignatures.class).create();
      context().getBean(DemoVisits.class).create();
      context().getBean(DemoPrescriptions.class).create();
      context().getBean(DemoBills.class).create();
      context().getBean(DemoCards.class).create().forEach(console::say);
      context().getBean(DemoQueue.class).create();
      String password = data.read(DemoAccounts.PASSWORD_FILE);
      if (password != null) {
        context().getBean(DemoCashiers.class).create(password.strip()).forEach(console::say);
        context().getBean(DemoPharmacies.class).create(password.strip()).forEach(console::say);
        context().getBean(DemoSupervision.class).officers(password.strip()).forEach(console::say);
      }
      context().getBean(DemoSupervision.class).create();
      // The region's Schedules are new: nobody should find the hospitals full at first sight.
      context().getBean(Upkeep.class).hasten();
    } catch (RuntimeException failed) {
      LoggerFactory.getLogger(Platform.class).error("Demo accounts could not be made", failed);
      console.say("演示账户没有建好，详情见日志。/ Demo accounts could not be made; see the log.");
    }
  }

  /** Where it answers, ending in a slash. */
  String url() {
    int port = context().getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    InetAddress address = arguments.address();
    String host =
        address.isAnyLocalAddress()
            ? "localhost"
            : address instanceof java.net.Inet6Address
                ? "[" + address.getHostAddress() + "]"
                : address.getHostAddress();
    return (tls.isOn() ? "https://" : "http://") + host + ":" + port + "/";
  }

  DataFolder data() {
    return data;
  }

  ConfigurableApplicationContext context() {
    return Objects.requireNonNull(context, "not started");
  }

  /** Lets running requests finish, then stops HTTP, store and database. Safe to call twice. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (@Nullable AutoCloseable part :
        Arrays.asList(context, recordConnections, searchConnections, connections, database, data)) {
      if (part != null) {
        close(part);
      }
    }
  }

  /** A part that does not stop must not keep the parts below it from stopping. */
  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception failed) {
      LoggerFactory.getLogger(Platform.class).error("Stopping {}", part, failed);
    }
  }
}
