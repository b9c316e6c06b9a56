package health.helan;

import health.helan.app.audit.AuditCommand;
import health.helan.app.backup.BackupCommand;
import health.helan.app.backup.RestoreCommand;
import health.helan.app.gateway.SendCommand;
import health.helan.app.keys.KeysCommand;
import health.helan.app.load.LoadCommand;
import health.helan.app.start.EdgeArguments;
import health.helan.app.start.RunArguments;
import health.helan.app.start.StartRefused;
import java.util.List;

/** What the program can be asked to do. */
@FunctionalInterface
interface Command {
  /**
   * @param words what follows the command's name
   * @return exit code of the process
   */
  int execute(List<String> words);

  static Command named(String name) {
    return switch (name) {
      case "run" -> words -> Platform.runUntilStopped(RunArguments.parse(words));
      case "edge" -> words -> Platform.runUntilStopped(EdgeArguments.parse(words));
      case "load" -> words -> LoadCommand.run(words, System.getenv());
      case "backup" -> words -> BackupCommand.run(words, System.getenv());
      case "restore" -> words -> RestoreCommand.run(words, System.getenv());
      case "verify" -> words -> AuditCommand.verify(words, System.getenv());
      case "audit-export" -> words -> AuditCommand.export(words, System.getenv());
      case "keys" -> words -> KeysCommand.run(words, System.getenv());
      case "send" -> words -> SendCommand.run(words, System.out);
      case "train" -> Training::run;
      default ->
          throw new StartRefused(
              "不认识的命令 " + name + "，请看 ./helan --help。",
              "Unknown command " + name + ": see ./helan --help.");
    };
  }
}
