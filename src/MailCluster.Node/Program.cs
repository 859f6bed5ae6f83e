using MailCluster.Node.Commands;
using MailCluster.Node.Hosting;

var commandLine = CommandLine.Parse(args, out var problem);
switch (commandLine?.Verb)
{
    case null:
        Console.Error.WriteLine($"mailcluster: {problem}\n{CommandLine.Usage}");
        return ExitCodes.Usage;
    case Verb.Version:
        Console.WriteLine($"mailcluster {NodeHost.Version}");
        return ExitCodes.Success;
    case Verb.Help:
        Console.WriteLine(CommandLine.Usage);
        return ExitCodes.Success;
    case Verb.Config:
        return ConfigCommand.Run(commandLine, Console.Out, Console.Error);
    case Verb.Health:
        return await HealthCommand.RunAsync(commandLine, Console.Out, Console.Error);
    case Verb.Migrate:
        return await MigrateCommand.RunAsync(commandLine, Console.Out, Console.Error);
    case Verb.Certificates:
        return CertificatesCommand.Run(commandLine, Console.Out, Console.Error);
    case Verb.Pw:
        return PasswordCommand.Run(commandLine, Console.In, Console.Out, Console.Error);
    default:
        return await ServeCommand.RunAsync(commandLine);
}
