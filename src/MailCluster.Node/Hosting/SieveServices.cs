using System.Collections.Immutable;
using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Programs;
using MailCluster.ManageSieve;
using MailCluster.Node.Configuration;
using MailCluster.Sieve;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Node.Hosting;

/// <summary>The Sieve language in the node: one compiler for all that look at scripts, and ManageSieve.</summary>
internal static class SieveServices
{
    /// <exception cref="NodeStartException">The configuration asks for what is not carried out.</exception>
    public static IServiceCollection AddSieve(this IServiceCollection services, NodeOptions options)
    {
        var compiler = options.SieveLanguage.Compiler;
        services.TryAddSingleton(compiler with
        {
            ScriptBytesMax = options.SieveScripts.Size,
            PersonalExtensions = OnEvents(CarriedOut(compiler.PersonalExtensions, "sieve.extensions", options.SieveDelivery), options.SieveDelivery.ImapEvents.Url is not null),
            GlobalExtensions = OnEvents(CarriedOut(compiler.GlobalExtensions, "sieve.global-extensions", options.SieveDelivery), options.SieveDelivery.ImapEvents.IsEnabled),
        });
        services.TryAddSingleton(options.SieveLanguage.Limits);
        services.TryAddSingleton(options.SieveLanguage.Run);
        services.TryAddSingleton<SieveCompiler>();
        services.AddSingleton<IScriptOwners, ScriptOwners>();
        services.AddSingleton(options.SieveDelivery.Programs with { HostName = options.Outbound.HelloName });
        services.AddSingleton<ScriptPrograms>();
        services.AddSingleton(options.SieveDelivery.Lists);
        services.AddSingleton<ScriptLists>();
        services.AddSingleton<IScriptChecker, PersonalScripts>();
        services.AddSingleton(provider => ToManageSieve(
            options, provider.GetRequiredService<SieveCompiler>(), provider.GetRequiredService<SieveRunLimits>()));
        return services.AddMailClusterManageSieve();
    }

    /// <summary>No script is taken that counts on something that would not happen.</summary>
    private static ImmutableArray<string> CarriedOut(ImmutableArray<string> extensions, string key, SieveDeliverySettings delivery)
    {
        foreach (var extension in extensions)
        {
            var missing = extension switch
            {
                "vnd.dovecot.pipe" when delivery.Programs.Pipe is null => "sieve.programs.pipe.bin-dir",
                "vnd.dovecot.filter" when delivery.Programs.Filter is null => "sieve.programs.filter.bin-dir",
                "vnd.dovecot.execute" when delivery.Programs.Execute is null => "sieve.programs.execute.bin-dir",
                _ => null,
            };
            if (missing is not null)
                throw new NodeStartException($"{key}: deliveries do not carry out {extension} without {missing}");
        }

        return delivery.Lists.Lists.IsEmpty ? extensions.Remove("extlists") : extensions;
    }

    /// <summary>RFC 6785 belongs to scripts that can run on what IMAP does.</summary>
    private static ImmutableArray<string> OnEvents(ImmutableArray<string> extensions, bool run) => run ? extensions : extensions.Remove("imapsieve");

    private static ManageSieveOptions ToManageSieve(NodeOptions node, SieveCompiler compiler, SieveRunLimits limits)
    {
        var extensions = compiler.ExtensionsOf(SieveScope.Personal);
        return new ManageSieveOptions
        {
            Implementation = node.ManageSieve.ShowVersion ? $"MailCluster {NodeHost.Version}" : "MailCluster",
            ScriptSizeMax = node.SieveScripts.Size,
            Extensions = [.. extensions],
            RedirectsMax = limits.RedirectsMax,

            // The one method that the program has (RFC 5436).
            NotifyMethods = extensions.Contains("enotify") ? ["mailto"] : [],
            ListSchemes = extensions.Contains("extlists") ? SchemesOf(node.SieveDelivery.Lists) : [],
            BadCommandsMax = node.ManageSieve.BadCommands,
            FailedLoginsMax = node.ManageSieve.FailedLogins,
        };
    }

    private static ImmutableArray<string> SchemesOf(ListOptions lists) =>
        [.. lists.Lists.Select(static list => list.Name[..list.Name.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant()).Distinct()];

    /// <summary>Users' own scripts.</summary>
    private sealed class PersonalScripts(SieveCompiler compiler) : IScriptChecker
    {
        public ImmutableArray<SieveDiagnostic> Check(ReadOnlySpan<byte> script) => compiler.Compile(script, SieveScope.Personal).Diagnostics;
    }
}
