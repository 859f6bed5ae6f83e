using MailCluster.Hocon;
using MailCluster.Node.Configuration;

namespace MailCluster.Node.Commands;

/// <summary><c>mailcluster config</c>, and the way every other verb gets its configuration.</summary>
internal static class ConfigCommand
{
    public static int Run(CommandLine commandLine, TextWriter output, TextWriter errors)
    {
        if (Load(commandLine, errors) is not { } configuration)
        {
            return ExitCodes.Configuration;
        }
        ConfigurationListing.Write(configuration, commandLine.ShowAll, output);
        return ExitCodes.Success;
    }

    /// <summary>Reads and checks the configuration; prints every fault.</summary>
    /// <returns>Null if there was one.</returns>
    public static NodeConfiguration? Load(CommandLine commandLine, TextWriter errors)
    {
        try
        {
            var configuration = NodeConfiguration.Load(commandLine.ConfigFile, commandLine.Settings);
            foreach (var error in configuration.Errors)
            {
                errors.WriteLine($"mailcluster: {error}");
            }
            return configuration.Errors.Count == 0 ? configuration : null;
        }
        catch (HoconException error)
        {
            errors.WriteLine($"mailcluster: {error.Message}");
            return null;
        }
    }
}
