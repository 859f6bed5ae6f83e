namespace MailCluster.Node.Commands;

/// <summary>What the process was asked to do.</summary>
internal enum Verb
{
    Serve,
    Config,
    Health,
    Version,
    Help,
}

/// <summary>The words of the command line.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="ConfigFile">Null: the default file, if it is there.</param>
/// <param name="Settings"><c>--set</c> values, in order.</param>
/// <param name="ShowAll"><c>config --all</c>.</param>
internal sealed record CommandLine(Verb Verb, string? ConfigFile, IReadOnlyList<string> Settings, bool ShowAll)
{
    public const string Usage = """
        usage: mailcluster [serve]  [--config FILE] [--set path=value]…     run the node
               mailcluster config   [--all] [--config FILE] [--set …]       show the configuration, and where each value was set
               mailcluster health   [--config FILE] [--set …]               ask the running node whether it serves (exit code 0 or 1)
               mailcluster --version | --help

        FILE defaults to ./cluster.hocon if that exists. --set wins over the file; its value is HOCON.
        """;

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="problem">What is wrong, if null is returned.</param>
    public static CommandLine? Parse(IReadOnlyList<string> arguments, out string problem)
    {
        Verb? verb = null;
        string? file = null;
        var settings = new List<string>();
        var showAll = false;
        problem = "";
        for (var index = 0; index < arguments.Count; index++)
        {
            var (name, value) = Split(arguments[index]);
            switch (name)
            {
                case "serve" or "config" or "health" or "version" or "help" when verb is null && value is null:
                    verb = Enum.Parse<Verb>(name, ignoreCase: true);
                    break;
                case "--version" when value is null:
                    return new CommandLine(Verb.Version, null, [], false);
                case "--help" or "-h" when value is null:
                    return new CommandLine(Verb.Help, null, [], false);
                case "--all" when value is null:
                    showAll = true;
                    break;
                case "--config" or "-c" or "--set":
                    if (value is null && ++index < arguments.Count)
                    {
                        value = arguments[index];
                    }
                    if (string.IsNullOrEmpty(value) || (name != "--set" && file is not null))
                    {
                        problem = name == "--set" ? "--set needs path=value" : "--config needs one FILE";
                        return null;
                    }
                    if (name == "--set")
                    {
                        settings.Add(value);
                    }
                    else
                    {
                        file = value;
                    }
                    break;
                default:
                    problem = $"unknown argument {arguments[index]}";
                    return null;
            }
        }
        if (showAll && verb != Verb.Config)
        {
            problem = "--all belongs to config";
            return null;
        }
        return new CommandLine(verb ?? Verb.Serve, file, settings, showAll);
    }

    /// <summary><c>--config=FILE</c> and <c>--set=path=value</c> as one word.</summary>
    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && argument.StartsWith("--", StringComparison.Ordinal) ? (argument[..equals], argument[(equals + 1)..]) : (argument, null);
    }
}
