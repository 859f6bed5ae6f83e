namespace MailCluster.Node.Commands;

/// <summary><c>mailcluster serve</c>.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(CommandLine commandLine)
    {
        await Task.CompletedTask;
        return ConfigCommand.Load(commandLine, Console.Error) is null ? ExitCodes.Configuration : ExitCodes.Success;
    }
}
