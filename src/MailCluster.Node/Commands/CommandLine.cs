namespace MailCluster.Node.Commands;

/// <summary>What the process was asked to do.</summary>
internal enum Verb
{
    Serve,
    Config,
    Health,
    Migrate,
    Certificates,
    Pw,
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
               mailcluster migrate  --from DATA-DIR [--users FILE] [--dry-run] [--config FILE] [--set …]
                                                                            move the mail of a stopped node to the storage of the configuration
               mailcluster certificates --to DIR [--name CLUSTER] [--node NAME[,HOST]…]…
                                                                            make the authority of a cluster, and certificates of nodes
               mailcluster pw       [--list | --test STORED] [--scheme SCHEME] [--user USER]
                                                                            make or try a stored password; the password comes on standard input
               mailcluster --version | --help

        FILE defaults to ./cluster.hocon if that exists. --set wins over the file; its value is HOCON.
        """;

    /// <summary>An option: whose it is (null: of every verb with a configuration), what it takes (null: nothing), and whether it may be repeated.</summary>
    private sealed record Option(Verb? Owner, string? Takes, bool IsRepeatable = false);

    private static readonly Dictionary<string, Option> s_options = new(StringComparer.Ordinal)
    {
        ["--config"] = new Option(null, "one FILE"),
        ["--set"] = new Option(null, "path=value", IsRepeatable: true),
        ["--all"] = new Option(Verb.Config, null),
        ["--from"] = new Option(Verb.Migrate, "one DATA-DIR"),
        ["--users"] = new Option(Verb.Migrate, "one FILE"),
        ["--dry-run"] = new Option(Verb.Migrate, null),
        ["--list"] = new Option(Verb.Pw, null),
        ["--test"] = new Option(Verb.Pw, "one stored password"),
        ["--scheme"] = new Option(Verb.Pw, "one SCHEME"),
        ["--user"] = new Option(Verb.Pw, "one USER"),
        ["--to"] = new Option(Verb.Certificates, "one DIR"),
        ["--name"] = new Option(Verb.Certificates, "one CLUSTER"),
        ["--node"] = new Option(Verb.Certificates, "NAME or NAME,HOST,…", IsRepeatable: true),
    };

    private ILookup<string, string> _values = Enumerable.Empty<string>().ToLookup(value => value);

    /// <summary>The value of an option that is not repeated, or null.</summary>
    public string? Value(string option) => _values[option].FirstOrDefault();

    /// <summary>All values of an option, in order.</summary>
    public IReadOnlyList<string> Values(string option) => [.. _values[option]];

    public bool Has(string option) => _values.Contains(option);

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="problem">What is wrong, if null is returned.</param>
    public static CommandLine? Parse(IReadOnlyList<string> arguments, out string problem)
    {
        Verb? verb = null;
        var given = new List<(string Option, string Value)>();
        problem = "";
        for (var index = 0; index < arguments.Count && problem.Length == 0; index++)
        {
            var (name, value) = Split(arguments[index]);
            switch (name)
            {
                case "serve" or "config" or "health" or "migrate" or "certificates" or "pw" or "version" or "help" when verb is null && value is null:
                    verb = Enum.Parse<Verb>(name, ignoreCase: true);
                    break;
                case "--version" when value is null:
                    return new CommandLine(Verb.Version, null, [], false);
                case "--help" or "-h" when value is null:
                    return new CommandLine(Verb.Help, null, [], false);
                case var _ when s_options.TryGetValue(name, out var option) && (option.Takes is not null || value is null):
                    if (option.Takes is not null && value is null && ++index < arguments.Count)
                    {
                        value = arguments[index];
                    }
                    var isRefused = option.Takes is not null && (string.IsNullOrEmpty(value) || (!option.IsRepeatable && given.Any(other => other.Option == name)));
                    problem = isRefused ? $"{name} needs {option.Takes}" : "";
                    given.Add((name, value ?? ""));
                    break;
                default:
                    problem = $"unknown argument {arguments[index]}";
                    break;
            }
        }
        problem = problem.Length > 0 ? problem : Misplaced(verb ?? Verb.Serve, given) ?? "";
        if (problem.Length > 0)
        {
            return null;
        }
        var values = given.ToLookup(entry => entry.Option, entry => entry.Value);
        return new CommandLine(verb ?? Verb.Serve, values["--config"].FirstOrDefault(), [.. values["--set"]], values.Contains("--all")) { _values = values };
    }

    private static string? Misplaced(Verb verb, List<(string Option, string Value)> given)
    {
        foreach (var (name, _) in given)
        {
            if (s_options[name].Owner is { } owner && owner != verb)
            {
                return $"{name} belongs to {owner.ToString().ToLowerInvariant()}";
            }
        }
        var required = verb switch { Verb.Migrate => "--from", Verb.Certificates => "--to", _ => null };
        return required is null || given.Any(entry => entry.Option == required) ? null : $"{verb.ToString().ToLowerInvariant()} needs {required}";
    }

    /// <summary><c>--config=FILE</c> and <c>--set=path=value</c> as one word; <c>-c</c> is short for <c>--config</c>.</summary>
    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return argument == "-c" ? ("--config", null)
            : equals > 0 && argument.StartsWith("--", StringComparison.Ordinal) ? (argument[..equals], argument[(equals + 1)..])
            : (argument, null);
    }
}
